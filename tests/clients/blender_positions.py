"""Run by Blender's own Python, never imported here: imports a motion and writes where the bones are.

    PYTHON_WITH_BPY blender_positions.py REQUEST.json ANSWER.json

The request is {"frames": [...]} with {"bvh": path}, with {"gltf": path}, or with {"addon": folder of mmd_tools,
"model": path, "motion": path}. The answer is {bone: [[x, y, z] for each frame]} in metres, right-handed, +Y up, facing
+Z.
"""

import json
import sys
from pathlib import Path

import bpy


def import_bvh(path):
    bpy.ops.import_anim.bvh(filepath=path, axis_forward="-Z", axis_up="Y", global_scale=0.01, frame_start=1)
    return bpy.context.object, lambda bone: bone.name


def import_gltf(path):
    bpy.ops.import_scene.gltf(filepath=path)
    return next(thing for thing in bpy.data.objects if thing.type == "ARMATURE"), lambda bone: bone.name


def import_mmd(addon, model, motion):
    folder = Path(addon)
    sys.path.insert(0, str(folder.parent))
    module = __import__(folder.name)
    module.register()
    bpy.ops.mmd_tools.import_model(filepath=model, types={"ARMATURE"}, scale=0.08)
    bpy.ops.mmd_tools.import_vmd(filepath=motion, scale=0.08, margin=0)
    armature = next(thing for thing in bpy.data.objects if thing.type == "ARMATURE")
    return armature, lambda bone: bone.mmd_bone.name_j or bone.name


def main():
    request = json.loads(Path(sys.argv[-2]).read_text(encoding="utf-8"))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    # Blender puts a BVH's first frame at 1, mmd_tools a VMD's frame 0 at 0.
    first = 1 if "bvh" in request else 0
    if "bvh" in request:
        armature, name_of = import_bvh(request["bvh"])
    elif "gltf" in request:
        armature, name_of = import_gltf(request["gltf"])
    else:
        armature, name_of = import_mmd(request["addon"], request["model"], request["motion"])
    answer = {}
    for frame in request["frames"]:
        bpy.context.scene.frame_set(first + frame)
        bpy.context.view_layer.update()
        for bone in armature.pose.bones:
            x, y, z = armature.matrix_world @ bone.head
            answer.setdefault(name_of(bone), []).append([x, z, -y])
    Path(sys.argv[-1]).write_text(json.dumps(answer), encoding="utf-8")


main()
