/** A text as it is compared: without case and accents, as by the API's search. */
export const fold = (text) =>
  text
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .toLocaleLowerCase();
