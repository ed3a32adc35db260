"""Frequent English words and things people ask for in videos: so that foreign prompts keep most of their words whole."""

COMMON_WORDS = """
the of and a to in is you that it he was for on are as with his they I at be this have from or one had by word but not
what all were we when your can said there use an each which she do how their if will up other about out many then them
these so some her would make like him into time has look two more write go see number no way could people my than
first water been call who oil its now find long down day did get come made may part woman man girl boy dog horse tree
house river lake beach sand wave cloud storm wind sun moon star light shadow fire smoke mountain hill valley road
street bridge train truck motorcycle bicycle airplane helicopter ship robot astronaut dragon castle garden flower
butterfly bee elephant lion tiger bear fox wolf rabbit mouse duck chicken cow sheep pig frog turtle dolphin whale
shark octopus jellyfish grass leaf rock stone ice glass metal wood paper camera slow fast quick shot close zoom pan
angle view background foreground bright dark warm cold golden silver brown gray grey color style anime film movie
photo painting sketch watercolor pixel retro modern vintage neon cyberpunk fantasy magical mysterious beautiful
stunning epic dramatic calm peaceful quiet happy sad angry dancing singing playing eating drinking sleeping running
walking swimming flying climbing falling turning opening closing wearing holding looking smiling
""".split()
