// node solve.mjs < frames.json > rotations.json : KalidoKit's pose solver, frame by frame.
// In:  {width, height, frames: [null | {world: [{x, y, z, visibility}], image: [the same, 0-1]}]}
// Out: [null | {bone: [x, y, z, order], ..., position: [x, y, z]}]  (radians, VRM's normalized humanoid)
import { readFileSync } from "node:fs";
import Kalidokit from "kalidokit/dist/kalidokit.umd.js";

const BONES = ["Spine"];
for (const side of ["Left", "Right"])
  for (const part of ["UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg"]) BONES.push(side + part);

const { width, height, frames } = JSON.parse(readFileSync(0, "utf8"));
const angles = (turn) => [turn?.x ?? 0, turn?.y ?? 0, turn?.z ?? 0, turn?.rotationOrder ?? "XYZ"];

const solved = frames.map((frame) => {
  if (frame === null) return null;
  const options = { runtime: "mediapipe", imageSize: { width, height }, enableLegs: true };
  const pose = Kalidokit.Pose.solve(frame.world, frame.image, options);
  const { x, y, z } = pose.Hips.position;
  const turns = BONES.map((bone) => [bone, angles(pose[bone])]);
  return { ...Object.fromEntries(turns), Hips: angles(pose.Hips.rotation), position: [x, y, z] };
});
process.stdout.write(JSON.stringify(solved));
