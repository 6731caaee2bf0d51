/** Which pictures are selected, and how a click, a range or a whole day changes that. */

export type Selection = {
  ids: ReadonlySet<string>;
  /** Where a range starts: the picture last toggled. */
  anchor: string | null;
};

export type SelectionAction =
  | { type: "toggle"; id: string }
  | { type: "extend"; id: string; order: readonly string[] }
  | { type: "toggleAll"; ids: readonly string[] }
  /** Pictures that are gone cannot stay selected. */
  | { type: "retain"; ids: ReadonlySet<string> }
  | { type: "clear" };

export const nothingSelected: Selection = { ids: new Set(), anchor: null };

const toggle = (ids: ReadonlySet<string>, id: string): Set<string> => {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
};

const range = (order: readonly string[], from: string, to: string): readonly string[] => {
  const [a, b] = [order.indexOf(from), order.indexOf(to)];
  return a === -1 || b === -1 ? [to] : order.slice(Math.min(a, b), Math.max(a, b) + 1);
};

export const changeSelection = (selection: Selection, action: SelectionAction): Selection => {
  switch (action.type) {
    case "toggle":
      return { ids: toggle(selection.ids, action.id), anchor: action.id };
    case "extend": {
      const from = selection.anchor ?? action.id;
      const ids = new Set([...selection.ids, ...range(action.order, from, action.id)]);
      return { ids, anchor: from };
    }
    case "toggleAll": {
      const group = new Set(action.ids);
      const all = action.ids.every((id) => selection.ids.has(id));
      const rest = [...selection.ids].filter((id) => !group.has(id));
      return { ids: new Set(all ? rest : [...rest, ...action.ids]), anchor: null };
    }
    case "retain": {
      const kept = [...selection.ids].filter((id) => action.ids.has(id));
      return kept.length === selection.ids.size ? selection : { ids: new Set(kept), anchor: null };
    }
    case "clear":
      return nothingSelected;
  }
};
