// Vertices of the rest pose to the world: linear, MMD's SDEF, or dual quaternions.
uniform sampler2D bones;  // a row each: three of the 3x4 matrix, the rotation, the dual part

in vec3 rest_position;
in vec3 rest_normal;
in uvec4 bone;
in vec4 weight;
#ifdef ALL_KINDS
in float kind;
in vec3 sdef_c;
in vec3 sdef_r0;
in vec3 sdef_r1;
#endif

out vec3 position;
out vec3 normal;

mat3x4 matrix_of(uint index) {
    int row = int(index);
    return mat3x4(
        texelFetch(bones, ivec2(0, row), 0), texelFetch(bones, ivec2(1, row), 0), texelFetch(bones, ivec2(2, row), 0));
}

vec3 turned(vec4 rotation, vec3 v) {
    vec3 twice = 2.0 * cross(rotation.xyz, v);
    return v + rotation.w * twice + cross(rotation.xyz, twice);
}

void linear() {
    mat3x4 blend = weight.x * matrix_of(bone.x) + weight.y * matrix_of(bone.y);
    blend += weight.z * matrix_of(bone.z) + weight.w * matrix_of(bone.w);
    position = vec4(rest_position, 1.0) * blend;
    normal = vec4(rest_normal, 0.0) * blend;
}

#ifdef ALL_KINDS
vec4 slerped(vec4 a, vec4 b, float share) {
    float cosine = dot(a, b);
    if (cosine < 0.0) { b = -b; cosine = -cosine; }
    if (cosine > 0.9999) return normalize(mix(a, b, share));
    float angle = acos(cosine);
    return (sin((1.0 - share) * angle) * a + sin(share * angle) * b) / sin(angle);
}

void spherical() {
    vec4 rotation = slerped(
        texelFetch(bones, ivec2(3, int(bone.x)), 0), texelFetch(bones, ivec2(3, int(bone.y)), 0), weight.y);
    // Each bone carries a centre of its own, half way between C and C pulled to that bone's side.
    vec3 middle = weight.x * sdef_r0 + weight.y * sdef_r1;
    vec3 centre_0 = sdef_c + 0.5 * (sdef_r0 - middle);
    vec3 centre_1 = sdef_c + 0.5 * (sdef_r1 - middle);
    position = turned(rotation, rest_position - sdef_c);
    position += weight.x * (vec4(centre_0, 1.0) * matrix_of(bone.x));
    position += weight.y * (vec4(centre_1, 1.0) * matrix_of(bone.y));
    normal = turned(rotation, rest_normal);
}

void dual_quaternion() {
    vec4 first = texelFetch(bones, ivec2(3, int(bone.x)), 0);
    vec4 real = vec4(0.0);
    vec4 dual = vec4(0.0);
    for (int k = 0; k < 4; k++) {
        vec4 rotation = texelFetch(bones, ivec2(3, int(bone[k])), 0);
        float share = dot(first, rotation) < 0.0 ? -weight[k] : weight[k];
        real += share * rotation;
        dual += share * texelFetch(bones, ivec2(4, int(bone[k])), 0);
    }
    float size = max(length(real), 1e-9);
    real /= size;
    dual /= size;
    vec3 shift = 2.0 * (real.w * dual.xyz - dual.w * real.xyz + cross(real.xyz, dual.xyz));
    position = turned(real, rest_position) + shift;
    normal = turned(real, rest_normal);
}
#endif

void main() {
#ifdef ALL_KINDS
    if (kind > 1.5) dual_quaternion();
    else if (kind > 0.5) spherical();
    else linear();
#else
    linear();
#endif
}
