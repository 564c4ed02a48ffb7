/** Reports, the command line and the editor's pages say the same of a result. */

export * from '../../../../protocol/results/run-words.ts';
