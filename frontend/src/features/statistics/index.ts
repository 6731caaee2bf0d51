/** Public parts of the statistics feature. */
export { StatisticsPage } from "./StatisticsPage";
