// MMD's light: (diffuse x light + ambient, at most 1) x texture, sphere map, toon ramp, then the highlight.
#include "scene.glsl"
#include "material.glsl"
uniform sampler2D picture_map;
uniform sampler2D sphere_map;
uniform sampler2D toon_map;
uniform sampler2DShadow shadow_map;

in vec3 in_world;
in vec3 facing;
in vec2 on_texture;
#ifdef SUB_TEXTURE
in vec2 on_sub_texture;
#endif
#ifdef SHADOW
in vec3 on_shadow;
#endif
out vec4 colour;

vec3 tinted(vec3 rgb, vec4 times, vec4 plus) {
    rgb = mix(vec3(1.0), rgb * times.rgb, times.a);
    return clamp(rgb + (rgb - 1.0) * plus.a, 0.0, 1.0) + plus.rgb;
}

#ifdef SHADOW
float lit_share() {
    float r = light_way.w;
    vec3 at = vec3(on_shadow.xy, min(on_shadow.z, 1.0));
    float sum = texture(shadow_map, at + vec3(-r, -r, 0.0)) + texture(shadow_map, at + vec3(r, -r, 0.0));
    return 0.25 * (sum + texture(shadow_map, at + vec3(-r, r, 0.0)) + texture(shadow_map, at + vec3(r, r, 0.0)));
}
#endif

void main() {
    vec3 normal = normalize(facing);
    float towards = dot(normal, light_way.xyz);
    colour = vec4(clamp(diffuse.rgb * light_colour.rgb + ambient.rgb, 0.0, 1.0), clamp(diffuse.a, 0.0, 1.0));
#ifdef TEXTURE
    vec4 texel = texture(picture_map, on_texture);
    colour *= vec4(tinted(texel.rgb, texture_times, texture_plus), texel.a);
#endif
#ifdef SUB_TEXTURE
    vec4 second = texture(sphere_map, on_sub_texture);
    colour *= vec4(tinted(second.rgb, sphere_times, sphere_plus), second.a);
#endif
#ifdef SPHERE
    vec2 turned = (mat3(camera_from_world) * normal).xy;
    vec4 shine = texture(sphere_map, vec2(0.5, 0.5) + vec2(0.5, -0.5) * turned);
    shine.rgb = tinted(shine.rgb, sphere_times, sphere_plus);
#ifdef SPHERE_ADDS
    colour.rgb += shine.rgb;
#else
    colour *= shine;
#endif
#endif
#ifdef CUTOUT
    if (colour.a < 0.5 / 255.0) discard;
#endif
#ifdef TOON
#ifdef SHADOW
    // MMD's self shadow darkens steeply before the light grazes, which also hides the shadow map's own grain.
    float lightness = min(clamp(3.0 * towards, 0.0, 1.0), lit_share());
#else
    float lightness = 0.5 + 0.5 * towards;
#endif
    // A ramp's step would be jagged: it is taken thrice across the pixel.
    float across = min(fwidth(lightness) / 3.0, 0.2);
    vec3 shade = texture(toon_map, vec2(0.5, 1.0 - lightness)).rgb;
    shade += texture(toon_map, vec2(0.5, 1.0 - lightness - across)).rgb;
    shade += texture(toon_map, vec2(0.5, 1.0 - lightness + across)).rgb;
    shade /= 3.0;
    colour.rgb *= tinted(shade, toon_times, toon_plus);
#endif
#ifdef HIGHLIGHT
    vec3 to_eye = normalize(eye.w > 0.5 ? eye.xyz - in_world : eye.xyz);
    float glint = max(dot(normal, normalize(to_eye + light_way.xyz)), 0.0);
    colour.rgb += specular.rgb * light_colour.rgb * pow(glint, max(specular.w, 1e-3)) * step(0.0, towards);
#endif
    colour.rgb = clamp(colour.rgb, 0.0, 1.0);
}
