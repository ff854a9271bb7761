// How columns and filters of samples are called.
import { list, t } from "../language.js";
import { fieldOf } from "./query.js";

/** The name of a column. */
export const columnName = (column) => fieldOf(column) ?? t(`column.${column}`);

/** A filter in words: its column, and what must be. */
export function filterWords({ column, operator, values }) {
  const [low, high] = values;
  let kind = operator;
  if (operator === "between" && high == null) kind = "from";
  else if (operator === "between" && low == null) kind = "to";
  const shown =
    values.length > 3 ? t("filter.several", { n: values.length }) : list(values.filter((v) => v != null).map(String));
  return t(`filter.words.${kind}`, { column: columnName(column), values: shown, low, high });
}
