// Fences: list, drafts, drawing, import, preview and publication.
export const fence = {
  fenceState: { in_force: "in force", planned: "planned", ended: "ended" },
  draftState: { draft: "waits", published: "published", discarded: "discarded" },
  fenceShape: { polygon: "polygon", circle: "circle", corridor: "corridor", point: "middle" },
  fenceWarning: {
    off_roads:
      "The shape may be shifted by about {{shift_m}} m as a whole: in {{declared}} as declared, nine points of ten lie within {{off_m}} m of a road; in {{likely}} within {{likely_off_m}} m. Check the datum.",
    moved_whole:
      "It has the shape of the present version, moved by {{shift_m}} m as a whole. Unless it really moved, check the datum.",
  },
};
