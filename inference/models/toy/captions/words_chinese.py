"""Chinese words for everything a scene states."""

SUBJECTS = dict(car=["跑车", "汽车", "小汽车", "赛车"], bus=["公交车", "巴士", "大巴"], ball=["皮球", "球", "沙滩球"],
                sailboat=["帆船", "小船"], bird=["小鸟", "鸟"], fish=["鱼", "小鱼", "热带鱼"], rocket=["火箭", "飞船", "太空火箭"],
                balloon=["热气球", "气球"], cat=["猫", "小猫"])
MEASURES = dict(car="辆", bus="辆", ball="个", sailboat="艘", bird="只", fish="条", rocket="枚", balloon="个", cat="只")
COLOURS = dict(red="红色", orange="橙色", yellow="黄色", green="绿色", blue="蓝色", purple="紫色", pink="粉色", white="白色", black="黑色")
SHORT_COLOURS = dict(red="红", yellow="黄", green="绿", blue="蓝", white="白", black="黑")
PLACES = dict(desert=["沙漠", "沙漠公路"], city=["城市", "城市街道", "街道"], meadow=["草地", "草原", "田野"],
              ocean=["海面", "大海", "海洋"], mountains=["雪山", "山间"], forest=["森林", "树林", "松林"],
              underwater=["水下", "海底", "珊瑚礁"], space=["太空", "宇宙", "星空"])
TIMES = dict(sunrise=["日出时", "清晨", "黎明"], noon=["中午", "白天"], sunset=["日落时", "傍晚", "黄昏", "夕阳下"],
             night=["夜晚", "晚上", "夜里"])
WEATHERS = dict(clear=["晴天", "天气晴朗"], rain=["下着雨", "雨中", "雨天"], snow=["下着雪", "雪中", "雪花飘落"])
SPEEDS = (["缓慢地", "慢慢地"], [""], ["快速地", "飞快地"])
VERBS = dict(
    car=dict(go=["行驶", "奔驰", "开"], still=["停着", "停在原地"]), bus=dict(go=["行驶", "开"], still=["停着", "停在原地"]),
    ball=dict(go=["滚动"], bounce=["弹跳", "上下弹跳"], fall=["掉落", "落下"], spin=["旋转"]),
    sailboat=dict(go=["航行"], still=["漂浮", "停泊"]), bird=dict(go=["飞翔", "飞行", "飞"], circle=["盘旋", "绕圈飞"]),
    fish=dict(go=["游动", "游"], circle=["绕圈游", "转圈游动"]),
    rocket=dict(go=["飞行"], rise=["升空", "发射升空", "上升"], fall=["降落", "下降"], spin=["旋转"]),
    balloon=dict(go=["飘动", "飘"], rise=["上升", "升起"], fall=["下降", "降落"]),
    cat=dict(go=["走", "行走", "跑"], bounce=["跳跃", "跳"], still=["坐着", "站着"]))
DIRECTIONS = dict(right=["向右", "从左到右"], left=["向左", "从右到左"])
STYLES = ["电影感", "高清", "卡通风格", "画面精美", "细节丰富"]
