// Roles, in rising order, as the contract names them.
export const ROLES = ["guest", "uploader", "analyst", "maintainer", "owner"];

const isFrom = (least) => (role) => ROLES.indexOf(role) >= ROLES.indexOf(least);

/** Samples are created by uploaders and above. */
export const mayUpload = isFrom("uploader");
/** Exports and imports are for analysts and above. */
export const mayExport = isFrom("analyst");
export const mayImport = mayExport;
/** Projects, groups and members are managed by maintainers and above. */
export const mayManage = isFrom("maintainer");
/** Groups and projects are shared with other groups by owners. */
export const mayShare = isFrom("owner");
