/** Problems that only show beside the recipe's files; docs/problems.md explains each code. */

export type RecipePlaceCode =
  /** The model is missing, or is none. */
  | 'LTH2011'
  /** A pattern that matches no layer of the model. */
  | 'LTH2012'
  /** A data file or folder that is not there. */
  | 'LTH2013'
  /** A rule that later rules leave nothing to do. */
  | 'LTH2014';
