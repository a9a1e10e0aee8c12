#include "scene.glsl"
in vec3 position;

void main() {
    gl_Position = vec4(2.0 * (shadow_from_world * vec4(position, 1.0)).xyz - 1.0, 1.0);
}
