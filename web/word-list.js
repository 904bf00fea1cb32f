// @ts-check

/** 256 short words that are hard to mistake for each other: one for each value of a byte. */
export const WORDS = `
acorn actor album amber anchor angel ankle apple apron arch arena arrow aspen atlas attic autumn
badge bagel bakery bamboo banana banjo barn basil basket beach beacon bean bear beaver bell bench
berry bicycle bishop blanket bottle bowl branch bread bridge brook broom bucket butter button cabin cactus
camel candle canoe canyon captain carpet carrot castle cedar celery chalk cherry chess chimney cinema circus
clover coach cobalt coconut coffee comet compass copper coral cotton cousin cradle crayon cricket crown crystal
cupboard curtain cushion daisy dancer desert diamond dinner doctor dolphin donkey dragon drawer drum eagle easel
echo elbow elephant ember emerald engine envelope evening falcon farmer feather fern ferry fiddle finger flute
forest fossil fountain fox garden garlic ginger giraffe glacier glove goblet gorilla granite grape guitar hammer
harbor harvest hazel hedgehog helmet heron hill honey horizon hotel igloo island ivory jacket jaguar jasmine
jelly jigsaw jungle kettle kitchen kitten ladder lagoon lantern lemon leopard library lilac lizard lobster locket
magnet mango maple marble market meadow melon mirror mitten monkey morning mosaic mountain muffin museum mustard
napkin needle nickel noodle oasis ocean olive onion opera orange orchard otter oyster paddle palace panda
paper parrot pasta peacock pebble pencil penguin pepper piano pigeon pillow pirate planet plum pocket pony
potato puzzle pyramid quartz rabbit radio raven ribbon river robin rocket saddle sailor salmon sandal saturn
scarf shadow shovel silver spider spoon statue summer sunset swan table teapot temple thunder tiger timber
tomato trumpet tulip tunnel turtle umbrella valley velvet violin wagon walnut walrus whistle willow window winter
`.trim().split(/\s+/);
