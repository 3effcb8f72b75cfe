"""Words for what the world holds: names with their synonyms, and the phrases for places, hours, weather and styles.
The first of each is the plain word; evaluation speaks only it.
"""

from __future__ import annotations

from engine.pocket.world.scene import Material, Place, Relation, Style, Time, Weather

NAMES: dict[str, tuple[str, ...]] = {
    "house": ("house", "cottage", "home", "cabin"),
    "cat": ("cat", "kitten", "kitty"),
    "car": ("car", "automobile"),
    "boat": ("boat", "sailboat", "ship"),
    "flower": ("flower", "blossom", "daisy"),
    "balloon": ("balloon", "hot air balloon"),
    "robot": ("robot", "android"),
    "castle": ("castle", "fortress", "palace"),
    "dog": ("dog", "puppy"),
    "mushroom": ("mushroom", "toadstool"),
    "umbrella": ("umbrella", "parasol"),
    "rocket": ("rocket", "spaceship", "spacecraft"),
    "ball": ("ball", "sphere"),
    "cup": ("cup", "mug", "cup of coffee"),
    "train": ("train", "locomotive", "steam engine"),
    "bicycle": ("bicycle", "bike"),
    "rabbit": ("rabbit", "bunny"),
    "cube": ("cube", "block", "box"),
    "circle": ("circle", "disc"),
    "moon": ("crescent", "crescent moon"),
    "airplane": ("airplane", "plane", "aeroplane"),
    "truck": ("truck", "lorry"),
    "ghost": ("ghost", "spirit"),
    "horse": ("horse", "pony"),
    "turtle": ("turtle", "tortoise"),
    "pig": ("pig", "piglet"),
    "sheep": ("sheep", "lamb"),
    "palm": ("palm tree", "palm"),
    "cake": ("cake", "birthday cake"),
    "clock": ("clock", "alarm clock"),
    "hat": ("hat", "top hat"),
    "bird": ("bird", "songbird"),
    "dragon": ("dragon",),
}
IRREGULAR = {
    "fish": "fish",
    "sheep": "sheep",
    "spacecraft": "spacecraft",
    "cup of coffee": "cups of coffee",
    "butterfly": "butterflies",
    "puppy": "puppies",
    "kitty": "kitties",
    "bunny": "bunnies",
    "pony": "ponies",
    "daisy": "daisies",
    "strawberry": "strawberries",
    "lorry": "lorries",
}
COLOR_WORDS: dict[str, tuple[str, ...]] = {
    "red": ("red", "crimson", "scarlet"),
    "orange": ("orange",),
    "yellow": ("yellow", "golden"),
    "green": ("green", "emerald"),
    "turquoise": ("turquoise", "teal", "cyan"),
    "blue": ("blue", "cobalt"),
    "purple": ("purple", "violet"),
    "pink": ("pink", "rosy"),
    "brown": ("brown",),
    "white": ("white",),
    "gray": ("gray", "grey"),
    "black": ("black",),
}
SIZE_WORDS = {"small": ("small", "tiny", "little"), "big": ("big", "large", "huge", "giant")}
NUMBERS = {2: ("two", "2", "a pair of"), 3: ("three", "3"), 4: ("four", "4"), 5: ("five", "5"), 6: ("six", "6")}
MATERIAL_WORDS: dict[Material, tuple[str, ...]] = {
    Material.WOODEN: ("wooden", "wood"),
    Material.METALLIC: ("metallic", "metal", "shiny"),
    Material.GLASS: ("glass", "transparent"),
    Material.FLUFFY: ("fluffy", "furry"),
    Material.STRIPED: ("striped",),
    Material.SPOTTED: ("spotted", "polka dot"),
}
RELATION_WORDS: dict[Relation, tuple[str, ...]] = {
    Relation.LEFT: ("to the left of", "left of", "on the left of"),
    Relation.RIGHT: ("to the right of", "right of", "on the right of"),
    Relation.ABOVE: ("above", "over", "on top of"),
    Relation.BELOW: ("below", "under", "beneath"),
    Relation.BESIDE: ("next to", "beside", "and", "with", "near"),
    Relation.ON: ("on", "on top of", "sitting on", "standing on"),
    Relation.FRONT: ("in front of",),
}
PLACE_WORDS: dict[Place, tuple[str, ...]] = {
    Place.PLAIN: ("on a {c} background", "against a {c} backdrop", "on plain {c}", "{c} background"),
    Place.MEADOW: ("in a meadow", "on grass", "in a field", "in the garden", "in a park"),
    Place.HILLS: ("on green hills", "in the hills", "on a hill", "in the countryside"),
    Place.SEA: ("on the sea", "at sea", "over the ocean", "on the ocean", "on the water"),
    Place.MOUNTAINS: ("in the mountains", "with mountains behind", "in front of mountains"),
    Place.FOREST: ("in the forest", "in the woods", "among pine trees"),
    Place.DESERT: ("in the desert", "on sand dunes", "in a sandy desert"),
    Place.SNOW: ("in the snow", "on a snowy field", "in a winter landscape"),
    Place.CITY: ("in the city", "with a city skyline", "in a town", "on a street"),
    Place.SPACE: ("in space", "in outer space", "among the stars", "in the galaxy"),
    Place.UNDERWATER: ("underwater", "under the sea", "in the deep ocean", "under water"),
    Place.BEACH: ("on the beach", "by the sea", "on the shore", "at the seaside"),
    Place.LAKE: ("on a lake", "by the lake", "at the lake"),
    Place.ROOM: ("in a room", "indoors", "in a living room", "inside a house"),
    Place.SKY: ("in the sky", "above the clouds", "in the clouds"),
}
SCENERY: dict[Place, tuple[str, ...]] = {
    Place.MEADOW: ("a meadow", "a green field", "the garden"),
    Place.HILLS: ("green hills", "rolling hills", "the countryside"),
    Place.SEA: ("the sea", "the ocean", "sea"),
    Place.MOUNTAINS: ("mountains", "the mountains", "snowy mountains"),
    Place.FOREST: ("a forest", "the woods", "pine trees"),
    Place.DESERT: ("the desert", "sand dunes", "a desert"),
    Place.SNOW: ("a winter landscape", "a snowy field", "snow"),
    Place.CITY: ("a city", "a city skyline", "a street in the city"),
    Place.SPACE: ("outer space", "space", "the galaxy"),
    Place.UNDERWATER: ("the deep ocean", "an underwater landscape", "under the sea"),
    Place.BEACH: ("a beach", "the beach", "the shore"),
    Place.LAKE: ("a lake", "a mountain lake", "the lake"),
    Place.ROOM: ("a room", "a living room", "an empty room"),
    Place.SKY: ("the sky", "clouds", "a sky full of clouds"),
}
TIME_WORDS: dict[Time, tuple[str, ...]] = {
    Time.DAY: ("by day", "at noon", "in the daytime", "on a sunny day"),
    Time.SUNSET: ("at sunset", "at dusk", "in the evening", "at golden hour"),
    Time.NIGHT: ("at night", "at midnight", "in moonlight", "under the stars"),
    Time.DAWN: ("at dawn", "at sunrise", "in the early morning"),
}
WEATHER_WORDS: dict[Weather, tuple[str, ...]] = {
    Weather.CLEAR: ("clear sky",),
    Weather.CLOUDY: ("cloudy", "with clouds", "cloudy sky"),
    Weather.RAIN: ("in the rain", "rainy", "on a rainy day"),
    Weather.SNOWFALL: ("snowing", "in falling snow", "snowfall"),
    Weather.FOG: ("in the fog", "foggy", "misty"),
    Weather.RAINBOW: ("with a rainbow", "under a rainbow", "rainbow"),
}
STYLE_WORDS: dict[Style, tuple[str, ...]] = {
    Style.FLAT: ("flat illustration", "vector art", "simple illustration", "flat design"),
    Style.WATERCOLOR: ("watercolor", "watercolor painting", "watercolour", "aquarelle"),
    Style.PIXEL: ("pixel art", "8 bit", "pixel"),
    Style.INK: ("ink drawing", "line drawing", "line art", "ink"),
    Style.OIL: ("oil painting", "oil on canvas", "impressionist painting"),
    Style.NEON: ("neon", "neon lights", "neon sign"),
    Style.PENCIL: ("pencil drawing", "colored pencil", "crayon drawing", "sketch"),
    Style.STAINED_GLASS: ("stained glass", "stained glass window"),
    Style.PAPERCUT: ("papercut", "paper cut", "paper collage"),
    Style.WOODBLOCK: ("woodblock print", "ukiyo e", "japanese print"),
    Style.LOW_POLY: ("low poly", "low polygon", "polygon art"),
    Style.COMIC: ("comic", "comic book style", "pop art", "cartoon"),
}
PRAISE = ("cute", "beautiful", "lovely", "pretty", "nice", "charming", "funny", "amazing", "magical", "happy", "old")
FLOURISHES = (
    "masterpiece",
    "highly detailed",
    "4k",
    "trending",
    "best quality",
    "beautiful light",
    "vivid colors",
    "wallpaper",
)


def names_of(kind: str) -> tuple[str, ...]:
    return NAMES.get(kind, (kind,))


def plural(name: str) -> str:
    if name in IRREGULAR:
        return IRREGULAR[name]
    return name + ("es" if name.endswith(("s", "x", "ch", "sh")) else "s")
