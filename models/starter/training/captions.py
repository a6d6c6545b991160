"""The words of the starter model: what is said of each concept in training, and what is kept back to test it.

`TRAIN[concept]` holds plain phrases; training also puts them into TEMPLATES and joins them with places, light and
weather ("a dog in the yard at night"). `HELD_OUT[concept]` is never trained on: other wordings of the same thing.
"""

TRAIN = {
    "fire": ["something is on fire", "fire", "a fire", "flames", "flames and smoke", "a burning bin", "open flames", "something is burning", "a bin on fire", "orange flames", "a small fire", "a large fire", "fire and flames", "a blaze", "burning flames", "the bin is on fire", "a fire is burning", "a burning pile", "a fire has broken out"],
    "smoke": ["smoke", "dark smoke", "a cloud of smoke", "smoke is rising", "thick grey smoke", "black smoke", "rising smoke", "a smoke plume", "something is smoking", "smoke in the air", "grey smoke", "there is smoke", "heavy smoke"],
    "person": ["a person", "somebody", "someone is here", "a human", "a man or a woman", "a person is in the picture", "somebody is there", "a man", "a woman", "people", "there is a person"],
    "person-walking": ["a person walking", "somebody is walking", "a person walks by", "a pedestrian", "a man walking", "a woman walking", "a standing person", "a person is standing", "someone walks past", "a walking person", "a visitor on foot", "a person on foot"],
    "person-lying": ["a person is lying on the ground", "a person lying on the floor", "somebody has fallen", "a fallen person", "someone is lying down", "a person on the ground", "a man is lying on the floor", "a woman lies on the ground", "a person who fell", "somebody lies on the floor", "a collapsed person", "a person has fallen down"],
    "crowd": ["a crowd", "a group of people", "many people", "a crowd of people", "people standing together", "lots of people", "a large group", "several people", "a gathering of people", "many persons together"],
    "dog": ["a dog", "a dog is here", "a dog running", "a brown dog", "a dog on a walk", "a stray dog", "the dog", "a dog is running", "a puppy", "a barking dog", "there is a dog", "a hound"],
    "cat": ["a cat", "a cat sitting", "a sitting cat", "a black cat", "the cat", "a kitten", "a cat is here", "a stray cat", "a cat walking", "there is a cat", "a grey cat"],
    "car": ["a car", "a parked car", "a vehicle", "an automobile", "cars", "a car is parked", "the car", "a red car", "a blue car", "a sedan", "there is a car", "a car drives by"],
    "truck": ["a truck", "a lorry", "a delivery truck", "a large truck", "the truck", "a truck is here", "a cargo truck", "a white truck", "a truck has arrived", "a big lorry", "there is a truck", "a box truck"],
    "bicycle": ["a bicycle", "a bike", "a parked bicycle", "the bicycle", "a bike is standing there", "a pushbike", "there is a bicycle", "a bicycle without a rider", "a parked bike"],
    "parcel": ["a parcel is on the doorstep", "a parcel", "a package", "a cardboard box", "a parcel at the door", "a delivered package", "a box on the doorstep", "a package was delivered", "a package is at the door", "a parcel was left", "a box in front of the door", "the parcel", "a delivered parcel"],
    "door-open": ["the door is open", "an open door", "the door stands open", "an opened door", "a door was left open", "the open door", "a door that is open", "an open doorway", "the front door is open", "door open"],
    "door-closed": ["a closed door", "the door is closed", "a shut door", "the door is shut", "the closed door", "a door that is closed", "the front door is closed", "door closed", "a locked door"],
    "gate-open": ["the gate is open", "an open gate", "the gate stands open", "an opened gate", "a gate was left open", "the open gate", "a gate that is open", "gate open", "the garden gate is open"],
    "gate-closed": ["a closed gate", "the gate is closed", "a shut gate", "the gate is shut", "the closed gate", "a gate that is closed", "gate closed", "the garden gate is closed"],
    "water-floor": ["water on the floor", "a puddle", "a puddle on the floor", "a water leak", "spilled water", "a wet floor", "water on the ground", "a flooded floor", "leaking water", "there is water on the floor", "a puddle of water"],
    "light-on": ["the light is on", "a lamp is on", "a light that is on", "a shining lamp", "the lamp is lit", "a bright lamp", "the light is switched on", "a glowing lamp", "lights on"],
    "light-off": ["the light is off", "a lamp is off", "a light that is off", "a dark lamp", "the lamp is not lit", "the light is switched off", "an unlit lamp", "lights off"],
    "ladder-wall": ["a ladder against a wall", "a ladder", "a leaning ladder", "a ladder leans on the wall", "a ladder at the house", "the ladder", "a ladder is standing there", "a tall ladder"],
    "sunset": ["a sunset", "an orange sky", "the sun is setting", "a red evening sky", "a low sun", "sunset", "the evening sky", "a glowing sky at sunset", "dusk with an orange sky"],
    "orange-lamp": ["orange lamp light", "an orange lamp", "a lantern", "an orange light", "a warm orange lamp", "a glowing orange lantern", "an orange street lamp", "a lantern with orange light"],
    "steam": ["steam", "white steam", "steam from a kettle", "rising steam", "a steaming pot", "steam from a vent", "water vapour", "a puff of steam", "white vapour"],
    "headlights": ["car headlights", "headlights", "bright headlights", "a car with its lights on", "two headlights", "the lights of a car", "headlights at night", "a car coming with headlights"],
    "red-shirt": ["a red shirt", "a person in a red shirt", "somebody wearing red", "a red jacket", "a man in red", "a woman in a red jacket", "a person wearing a red jacket", "red clothes"],
}

HELD_OUT = {
    "fire": ["the bin is burning", "there are flames", "a fire that is burning", "burning orange flames", "a blaze with smoke and flames", "somebody has lit a fire"],
    "smoke": ["a dark cloud of smoke rising", "there is thick smoke", "black smoke in the air", "the smoke is grey", "a rising plume of smoke", "heavy dark smoke"],
    "person": ["there is somebody", "a human is here", "a man is there", "a person is here", "there is a woman", "someone"],
    "person-walking": ["someone is walking past", "a man walks by", "somebody on foot", "a woman is standing there", "the pedestrian walks", "a person is walking by"],
    "person-lying": ["a man has fallen down", "someone lies on the ground", "there is a person lying down", "a woman who fell on the floor", "somebody is lying on the ground", "the fallen man"],
    "crowd": ["a large crowd", "a group of many people", "there are lots of people together", "several people standing in a group", "people gathering", "a big crowd of people"],
    "dog": ["there is a running dog", "a brown puppy", "a dog is barking", "the stray dog", "a big dog", "a dog walks past"],
    "cat": ["the cat is sitting", "a grey kitten", "there is a black cat", "a small cat", "a cat walks past", "the stray cat is here"],
    "car": ["the car is parked", "there is a parked vehicle", "a blue automobile", "the vehicle", "parked cars", "a car standing there"],
    "truck": ["a lorry has arrived", "the delivery truck is here", "there is a big truck", "a white lorry", "the cargo lorry", "a large box truck is parked"],
    "bicycle": ["there is a bike", "a bicycle is parked", "the parked bike", "a bicycle standing there", "the bike", "a red bicycle"],
    "parcel": ["there is a package on the doorstep", "a parcel was delivered", "a cardboard package in front of the door", "the box at the door", "a package was left on the doorstep", "a delivered box"],
    "door-open": ["a door stands open", "the front door was left open", "there is an open door", "the doorway is open", "door that is opened", "the door has been opened"],
    "door-closed": ["there is a closed door", "the front door is shut", "a door is closed", "the shut door", "the door is locked", "door that is shut"],
    "gate-open": ["there is an open gate", "the garden gate was left open", "a gate stands open", "gate that is opened", "the gate has been opened", "an open garden gate"],
    "gate-closed": ["there is a closed gate", "the garden gate is shut", "a gate is closed", "the shut gate", "gate that is shut", "the gate is locked"],
    "water-floor": ["the floor is wet", "there is a puddle", "water was spilled on the floor", "a leak with water on the ground", "the floor is flooded", "a large puddle of water"],
    "light-on": ["there is a lamp that is on", "the lamp is switched on", "a lit lamp", "the lamp is shining", "a bright light is on", "the light is lit"],
    "light-off": ["there is a lamp that is off", "the lamp is switched off", "a lamp that is not lit", "an unlit light", "the lamp is off", "the light is not on"],
    "ladder-wall": ["there is a ladder", "a ladder leaning against the house", "the ladder leans on a wall", "a tall ladder at the wall", "a ladder is leaning", "the tall ladder"],
    "sunset": ["the sky is orange", "a red sky with a low sun", "an evening sunset", "the sun sets", "an orange evening sky", "a glowing red sky"],
    "orange-lamp": ["a glowing orange lamp", "there is an orange lantern", "a lamp with orange light", "the lantern is orange", "warm orange light from a lantern", "an orange light on a lamp"],
    "steam": ["there is white steam", "a kettle with steam", "steam is rising", "a vent with white vapour", "steam rising from a pot", "a puff of white steam"],
    "headlights": ["two bright headlights", "there are car headlights", "a car with bright lights", "the headlights of a car", "headlights of a coming car", "a car with its headlights on"],
    "red-shirt": ["somebody in a red jacket", "there is a person in red", "a woman wearing a red shirt", "the red jacket", "a man with a red shirt", "someone wearing red clothes"],
}

SCENES = {
    "street": ["a street", "a road with houses", "a city street", "houses along a road", "the road", "a quiet street"],
    "yard": ["a yard", "a garden", "a lawn with a fence", "a back yard", "the garden", "a yard with trees and a fence"],
    "doorway": ["a doorway", "the entrance of a house", "a front door", "a house wall with a door", "the doorstep", "an entrance"],
    "living-room": ["a living room", "a room with a sofa", "a sofa in a living room", "the living room", "an indoor room with furniture"],
    "kitchen": ["a kitchen", "kitchen cabinets", "a kitchen with cupboards", "the kitchen", "a kitchen counter"],
    "warehouse": ["a warehouse", "warehouse shelves", "a storage hall", "the warehouse", "shelves with goods", "racks in a hall"],
    "car-park": ["a car park", "a parking lot", "parking bays", "the car park", "an empty parking lot", "painted parking spaces"],
}
LIGHTS = {
    "day": ["in daylight", "by day", "during the day", "on a bright day"],
    "night": ["at night", "in the dark", "by night", "after dark"],
    "infrared": ["in infrared", "in a grey night camera picture", "in black and white", "seen by an infrared camera"],
}
WEATHERS = {
    "clear": ["in clear weather", "without rain"],
    "rain": ["in the rain", "while it rains", "in rainy weather"],
    "snow": ["in the snow", "while it snows", "in snowfall"],
    "fog": ["in the fog", "in foggy weather", "on a misty day"],
}
PLACES = {
    "street": ["in the street", "on the road"], "yard": ["in the yard", "in the garden"], "doorway": ["at the door", "in front of the house"],
    "living-room": ["in the living room", "in the room"], "kitchen": ["in the kitchen"], "warehouse": ["in the warehouse", "in the hall"],
    "car-park": ["in the car park", "in the parking lot"],
}

TEMPLATES = ["{}", "a photo of {}", "a security camera view of {}", "a picture of {}", "footage of {}", "{} in the picture"]

# Scene phrases that every rule is contrasted with. Of no concept above; useful for real footage, too.
BANK_EXTRA = [
    "an empty street", "an empty room", "an empty yard", "an empty car park", "an empty warehouse", "an empty kitchen", "nothing is happening", "a quiet scene",
    "a house", "houses with windows", "a brick wall", "a plain wall", "a roof", "a window", "a fence", "a hedge", "trees", "a tree", "bushes", "grass", "a lawn", "a path", "a pavement", "asphalt", "a floor", "wooden boards", "tiles", "a rug", "a sofa", "a picture on a wall", "a television", "a fridge", "cupboards", "shelves", "racks", "painted lines on the ground", "a plant in a pot", "a doormat", "the sky", "clouds", "a blue sky", "a grey sky",
    "a dark picture", "a bright picture", "a blurry picture", "a noisy picture", "an overexposed picture", "a grey picture", "compression artefacts", "lens flare", "a dirty lens", "a shadow", "shadows on the ground", "a reflection", "raindrops", "rain on the camera", "snow on the ground", "falling snow", "mist", "fog", "a rainy day", "a snowy night", "a foggy morning", "a sunny day", "a moonlit night", "wind in the trees", "leaves on the ground", "an insect on the lens", "a spider web on the camera", "furniture", "a ceiling", "a corridor", "stairs", "a garage", "a lamp post", "a sign", "a bench", "a mailbox", "a waste bin", "garden tools", "a table", "a chair", "curtains", "a mirror", "a clock",
]


def bank() -> list[str]:
    """The contrast set shipped with wordwatch: places, in all lights, and what else is always in the picture."""
    composed = [f"{PHRASES[0]} {LIGHTS[light][0]}" for PHRASES in SCENES.values() for light in ("day", "night", "infrared")]
    weather = [f"{PHRASES[0]} {WEATHERS[w][0]}" for s, PHRASES in SCENES.items() if s in ("street", "yard", "doorway", "car-park") for w in ("rain", "snow", "fog")]
    return [*composed, *weather, *BANK_EXTRA]
