// Shadow only: nothing where light falls.
#include "scene.glsl"
uniform sampler2DShadow shadow_map;
in vec3 on_shadow;
out vec4 colour;

void main() {
    vec3 at = vec3(on_shadow.xy, min(on_shadow.z, 1.0) - 0.001);
    float dark = 0.0;
    for (int y = -3; y <= 3; y += 2)
        for (int x = -3; x <= 3; x += 2) dark += 1.0 - texture(shadow_map, at + vec3(x, y, 0.0) * light_way.w);
    colour = vec4(0.0, 0.0, 0.0, ground[0].w * dark / 16.0);
}
