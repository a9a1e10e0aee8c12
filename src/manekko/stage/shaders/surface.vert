#include "scene.glsl"
in vec3 position;
in vec3 normal;
in vec2 uv;
#ifdef SUB_TEXTURE
in vec2 second_uv;
out vec2 on_sub_texture;
#endif
out vec3 in_world;
out vec3 facing;
out vec2 on_texture;
#ifdef SHADOW
out vec3 on_shadow;
#endif

void main() {
    gl_Position = clip_from_world * vec4(position, 1.0);
    in_world = position;
    facing = normal;
    on_texture = uv;
#ifdef SUB_TEXTURE
    on_sub_texture = second_uv;
#endif
#ifdef SHADOW
    on_shadow = (shadow_from_world * vec4(position + light_colour.w * normal, 1.0)).xyz;
#endif
}
