"""One function per kind of object: a pen and a colour in, shapes out. They know no scene, place or style."""
