// Shadow only: nothing where light falls.
#include "scene.glsl"
uniform sampler2DShadow shadow_map;
in vec3 on_shadow;
in vec2 from_centre;
out vec4 colour;

void main() {
    vec3 at = vec3(on_shadow.xy, min(on_shadow.z, 1.0) - 0.001);
    float dark = 0.0;
    for (int y = -2; y <= 2; y++)
        for (int x = -2; x <= 2; x++) dark += 1.0 - texture(shadow_map, at + vec3(x, y, 0.0) * 2.0 * light_way.w);
    float fade = 1.0 - smoothstep(0.7, 1.0, length(from_centre));
    colour = vec4(0.0, 0.0, 0.0, ground.w * fade * dark / 25.0);
}
