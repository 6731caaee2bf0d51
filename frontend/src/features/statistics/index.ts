/** What app uses of this feature. */
export { StatisticsPage } from "./StatisticsPage";
