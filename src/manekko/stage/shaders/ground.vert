// The piece of floor that the figures' shadow can reach.
#include "scene.glsl"
out vec3 on_shadow;

void main() {
    vec4 corner = vec4(ground[gl_VertexID].xyz, 1.0);
    gl_Position = clip_from_world * corner;
    on_shadow = (shadow_from_world * corner).xyz;
}
