// @ts-check
// The shape of a grid of pictures.

/**
 * The columns and rows in which pictures cover as much of a page as they can,
 * each shown whole in a cell of its own. Of equally good shapes the one with the
 * fewest empty cells is taken, and then the one with the most columns.
 *
 * @param {number} width of the page, in any unit
 * @param {number} height
 * @param {number[]} ratios width by height of each picture
 * @returns {{columns: number, rows: number}}
 */
export function gridShape(width, height, ratios) {
  let best = { columns: 1, rows: 1, covered: -1, cells: 0 };
  for (let columns = 1; columns <= ratios.length; columns++) {
    const rows = Math.ceil(ratios.length / columns);
    const covered = coverage(width / columns, height / rows, ratios);
    const cells = columns * rows;
    // Shapes that differ by less than a rounding error are equally good.
    const gain = covered / best.covered - 1;
    if (best.covered < 0 || gain > 1e-9 || (gain > -1e-9 && cells <= best.cells)) best = { columns, rows, covered, cells };
  }
  return { columns: best.columns, rows: best.rows };
}

/**
 * The area that pictures cover when each is as large as a cell allows.
 *
 * @param {number} width of a cell
 * @param {number} height
 * @param {number[]} ratios
 */
function coverage(width, height, ratios) {
  return ratios.reduce((sum, ratio) => {
    const shown = Math.min(width, height * ratio);
    return sum + (shown * shown) / ratio;
  }, 0);
}
