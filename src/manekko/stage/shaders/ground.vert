// A square of the floor around the figures, from four corner numbers.
#include "scene.glsl"
out vec3 on_shadow;
out vec2 from_centre;

void main() {
    from_centre = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    vec4 floor_point = vec4(ground.xy + from_centre * ground.z, 0.0, 1.0).xzyw;
    gl_Position = clip_from_world * floor_point;
    on_shadow = (shadow_from_world * floor_point).xyz;
}
