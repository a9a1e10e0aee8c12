#include "material.glsl"
#ifdef CUTOUT
uniform sampler2D picture_map;
in vec2 on_texture;
#endif
out vec4 colour;

void main() {
#ifdef CUTOUT
    if (texture(picture_map, on_texture).a < 0.4) discard;
#endif
    colour = clamp(edge, 0.0, 1.0);
}
