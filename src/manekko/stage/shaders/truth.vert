uniform mat4 clip_from_world;
in vec3 position;
#ifdef CUTOUT
in vec2 uv;
out vec2 on_texture;
#endif

void main() {
    gl_Position = clip_from_world * vec4(position, 1.0);
#ifdef CUTOUT
    on_texture = uv;
#endif
}
