// Which triangle is seen, and nothing else: what is exact is computed from that.
uniform int first_triangle;
uniform bool two_sided;
#ifdef CUTOUT
uniform sampler2D alpha_map;
uniform float least_alpha;
in vec2 on_texture;
#endif
out int triangle;

void main() {
    if (!two_sided && !gl_FrontFacing) discard;
#ifdef CUTOUT
    if (texture(alpha_map, on_texture).r < least_alpha) discard;
#endif
    triangle = first_triangle + gl_PrimitiveID + 1;
}
