"""English words for everything a scene states.  A word that stands twice is said twice as often."""

SUBJECTS = dict(
    car=["sports car", "sports car", "car", "race car", "coupe"], bus=["bus", "bus", "city bus", "coach"],
    ball=["ball", "beach ball", "rubber ball", "striped ball"], sailboat=["sailboat", "sailing boat", "boat", "yacht"],
    bird=["bird", "bird", "little bird", "songbird"], fish=["fish", "fish", "tropical fish"],
    rocket=["rocket", "rocket", "spaceship", "rocket ship"], balloon=["hot-air balloon", "hot air balloon", "balloon"],
    cat=["cat", "cat", "kitten", "kitty"])

# subject -> motion -> (slow, normal, fast); "go" is left or right; "still" has no speed
VERBS = dict(
    car=dict(
        go=(["driving slowly", "cruising slowly", "rolling slowly"], ["driving", "cruising", "travelling"],
            ["speeding", "racing", "driving fast", "zooming", "rushing"]),
        still=["parked", "standing still", "waiting"]),
    bus=dict(
        go=(["driving slowly", "crawling", "rolling slowly"], ["driving", "travelling", "riding"],
            ["speeding", "driving fast", "rushing"]),
        still=["parked", "standing still", "waiting"]),
    ball=dict(
        go=(["rolling slowly"], ["rolling"], ["rolling fast", "rolling quickly"]),
        bounce=(["bouncing slowly", "bouncing gently"], ["bouncing", "bouncing up and down"], ["bouncing fast", "bouncing wildly"]),
        fall=(["dropping slowly"], ["falling", "falling down", "dropping"], ["falling fast", "dropping quickly"]),
        spin=(["spinning slowly"], ["spinning", "rotating"], ["spinning fast"])),
    sailboat=dict(
        go=(["sailing slowly", "drifting"], ["sailing", "gliding"], ["sailing fast", "racing"]),
        still=["floating", "bobbing on the waves", "at anchor"]),
    bird=dict(
        go=(["flying slowly", "gliding"], ["flying", "flapping its wings"], ["flying fast", "darting"]),
        circle=(["circling slowly", "slowly flying in circles"], ["flying in circles", "circling"],
                ["circling fast", "quickly flying in circles"])),
    fish=dict(
        go=(["swimming slowly", "drifting"], ["swimming"], ["swimming fast", "darting"]),
        circle=(["slowly swimming in circles"], ["swimming in circles", "circling"], ["quickly swimming in circles"])),
    rocket=dict(
        go=(["flying slowly"], ["flying", "travelling"], ["flying fast", "speeding", "blasting"]),
        rise=(["rising slowly", "slowly taking off"], ["rising", "taking off", "launching", "flying upward"],
              ["blasting off", "shooting up", "rising fast"]),
        fall=(["landing slowly", "descending slowly"], ["landing", "descending"], ["falling fast", "plunging down"]),
        spin=(["spinning slowly"], ["spinning", "rotating"], ["spinning fast", "tumbling"])),
    balloon=dict(
        go=(["drifting slowly", "floating slowly"], ["drifting", "floating"], ["drifting quickly", "flying fast"]),
        rise=(["rising slowly", "slowly floating up"], ["rising", "floating upward", "going up"], ["rising quickly", "rising fast"]),
        fall=(["sinking slowly", "descending slowly"], ["descending", "coming down", "sinking"],
              ["descending quickly", "falling fast"])),
    cat=dict(
        go=(["walking slowly", "strolling", "sneaking"], ["walking", "trotting"], ["running", "running fast", "sprinting"]),
        bounce=(["jumping slowly", "hopping gently"], ["jumping", "jumping up and down", "hopping"],
                ["jumping fast", "hopping quickly"]),
        still=["sitting still", "standing still", "standing", "waiting"]))

DIRECTIONS = dict(right=["to the right", "from left to right", "towards the right", "rightward"],
                  left=["to the left", "from right to left", "towards the left", "leftward"])

# setting -> for things on the ground, on a road, in the air
PLACES = dict(
    desert=dict(
        ground=["through the desert", "in the desert", "across the desert", "in a sandy desert with cacti"],
        road=["through a desert highway", "on a desert highway", "along a desert highway", "down a desert road",
              "on a highway through the desert"],
        air=["over the desert", "above the desert", "over a desert highway"]),
    city=dict(
        ground=["in the city", "on a city street", "through the city", "in a city with tall buildings"],
        road=["on a city street", "through the city", "along a city street", "down a street between tall buildings", "downtown"],
        air=["over the city", "above the city", "above the skyline", "over the buildings"]),
    meadow=dict(
        ground=["in a meadow", "across a green meadow", "in a flowery meadow", "in a grassy field"],
        road=["on a country road", "through a green meadow", "along a path in a meadow", "through a grassy field"],
        air=["over a meadow", "above green hills", "over a green meadow"]),
    ocean=dict(
        ground=["on the ocean", "on the sea", "across the ocean", "on the open sea", "on the waves"],
        air=["over the ocean", "above the sea", "over the sea", "above the waves"]),
    mountains=dict(
        ground=["in the snowy mountains", "in front of snowy mountains", "in the mountains"],
        road=["on a mountain road", "through the snowy mountains", "along a snowy mountain road", "in the mountains"],
        air=["over snowy mountains", "above the mountains", "over the snowy mountains"]),
    forest=dict(
        ground=["in the forest", "through the forest", "in a pine forest", "in the woods"],
        road=["on a forest road", "through a pine forest", "through the forest", "along a road in the woods"],
        air=["over the forest", "above the forest", "above the pine trees"]),
    underwater=dict(ground=["underwater", "under the sea", "in a coral reef", "deep in the ocean", "among corals and seaweed"]),
    space=dict(ground=["in space", "in outer space", "through space", "among the stars", "past a planet in outer space"]))

TIMES = dict(
    sunrise=["at sunrise", "at dawn", "in the early morning", "in the soft morning light"],
    noon=["at noon", "in the daytime", "during the day", "in bright daylight"],
    sunset=["at sunset", "at sunset", "in the evening", "at dusk", "during golden hour"],
    night=["at night", "at night", "in the moonlight", "by night"])
CLEAR_NIGHT = ["under the stars", "under a starry sky"]
CLEAR_NOON = ["on a sunny day", "under a blue sky"]
WEATHERS = dict(clear=["in clear weather", "under a clear sky"], rain=["in the rain", "while it rains", "on a rainy day", "in heavy rain"],
                snow=["in the snow", "while it snows", "in falling snow", "as snow falls"])
SIZES = dict(small=["small", "little", "tiny"], large=["large", "big", "huge"])
COLOURS = dict(red=["red", "red", "red", "bright red", "crimson"], orange=["orange"], yellow=["yellow", "yellow", "bright yellow"],
               green=["green"], blue=["blue", "blue", "bright blue"], purple=["purple", "purple", "violet"], pink=["pink"],
               white=["white"], black=["black"])
STYLES = ["cinematic lighting", "high quality", "cartoon style", "vector animation", "highly detailed", "4k", "smooth motion",
          "flat illustration", "cinematic", "vibrant colors", "beautiful scenery", "wide shot", "realistic", "ultra hd"]
OPENINGS = ["A video of ", "An animation of ", "A cartoon of ", "A clip of ", "A scene with ", "A cinematic shot of ", "We see "]
