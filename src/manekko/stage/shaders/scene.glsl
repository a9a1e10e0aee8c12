// What is the same for the whole picture.
layout(std140) uniform Scene {
    mat4 clip_from_world;
    mat4 shadow_from_world;  // to 0..1 in all three coordinates
    mat4 camera_from_world;  // x right, y up, z to the viewer
    vec4 eye;                // the camera's place; w = 0: far away, xyz is the way to it
    vec4 light_way;          // to the light; w: half the width of shadow's blur on its map
    vec4 light_colour;       // w: how far out surfaces are looked up in the shadow map, against its grain [m]
    vec4 ground[4];          // corners of the floor that shadow can reach; w: how dark it is
    vec4 picture;            // width, height [px], pixels of an edge of size 1, rows per metre at distance 1
};
