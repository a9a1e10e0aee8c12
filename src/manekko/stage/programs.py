"""Programs, made when they are first needed, and where they look for their data."""

from dataclasses import dataclass, field

import moderngl

from manekko.stage.gl import compiled

SCENE_BLOCK, MATERIAL_BLOCK = range(2)
"""Where the shaders' blocks are bound."""

PICTURE_UNIT, SPHERE_UNIT, TOON_UNIT, SHADOW_UNIT = range(4)
"""Where they look for their textures."""

_PLACES = {
    "Scene": SCENE_BLOCK,
    "Material": MATERIAL_BLOCK,
    "picture_map": PICTURE_UNIT,
    "sphere_map": SPHERE_UNIT,
    "toon_map": TOON_UNIT,
    "shadow_map": SHADOW_UNIT,
}


@dataclass(frozen=True)
class Programs:
    """All programs of one context."""

    context: moderngl.Context
    _made: dict[tuple[str, str, frozenset[str]], moderngl.Program] = field(default_factory=dict)

    def get(self, vertex: str, fragment: str, defines: frozenset[str] = frozenset()) -> moderngl.Program:
        """Return the program of two files in ``shaders/``, its blocks and textures bound to their places."""
        key = vertex, fragment, defines
        if key not in self._made:
            program = compiled(self.context, vertex, fragment, defines=defines)
            for name, place in _PLACES.items():
                member = program.get(name, None)
                if isinstance(member, moderngl.UniformBlock):
                    member.binding = place
                elif isinstance(member, moderngl.Uniform):
                    member.value = place
            self._made[key] = program
        return self._made[key]
