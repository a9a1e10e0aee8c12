// The figure's hull, pushed out by some pixels across the picture.
#include "scene.glsl"
#include "material.glsl"
in vec3 position;
in vec3 normal;
in float edge_scale;
#ifdef CUTOUT
in vec2 uv;
out vec2 on_texture;
#endif

void main() {
    gl_Position = clip_from_world * vec4(position, 1.0);
    vec2 way = (mat3(camera_from_world) * normal).xy * vec2(1.0, -1.0);
    float size = length(way);
    // MMD's lines grow thinner when a figure is so far away that they would fill it.
    float nearness = clamp(picture.w / max(gl_Position.w, 1e-6) / 0.4, 0.3, 1.0);
    float width_px = picture.z * sizes.x * edge_scale * nearness;
    if (size > 1e-6) gl_Position.xy += way / size * 2.0 / picture.xy * width_px * gl_Position.w;
#ifdef CUTOUT
    on_texture = uv;
#endif
}
