// One material after its morphs.
layout(std140) uniform Material {
    vec4 diffuse;
    vec4 specular;  // w: power
    vec4 ambient;
    vec4 edge;
    vec4 texture_times;
    vec4 texture_plus;
    vec4 sphere_times;
    vec4 sphere_plus;
    vec4 toon_times;
    vec4 toon_plus;
    vec4 sizes;     // x: edge size
};
