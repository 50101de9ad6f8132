// Plates as people write them: stored plain, shown with the customary dot after the issuing letter, found however
// they are typed. The same reading as fleet/vehicle.py.
const AROUND = /[\s\p{Pd}\p{Cf}.·•‧∙⋅・]/gu;
const CUSTOMARY = /^([\u4e00-\u9fff][A-Z])([A-Z0-9\u4e00-\u9fff]{4,})$/;

/** What of a plate counts: no width, case, spaces, dots or dashes. */
export const plainPlate = (text: string): string =>
  text.normalize("NFKC").toUpperCase().replace(AROUND, "").normalize("NFKC");

/** "晨A00001" as "晨A·00001"; a plate of another form, and none, as it is. */
export const showPlate = (plate: string | null | undefined): string =>
  plate ? plainPlate(plate).replace(CUSTOMARY, "$1·$2") : "—";
