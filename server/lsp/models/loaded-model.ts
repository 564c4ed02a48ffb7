/** A model that was read, and what follows from it: everything is made when it is first asked for. */

import type { GraphFigures, GraphStructure } from '../../../protocol/graph/structure.ts';
import { modelCosts, type ModelCosts } from '../../engine/analysis/layer-costs.ts';
import { NodeTable } from '../../engine/analysis/structure/node-table.ts';
import { PlaceTypes } from '../../engine/analysis/structure/place-types.ts';
import { drawnStructure, graphFigures, type DrawnStructure } from '../../engine/analysis/structure/structure.ts';
import { readModel } from '../../engine/formats/onnx/read.ts';
import { Constants } from '../../engine/model/constants.ts';
import type { Model } from '../../engine/model/model.ts';
import type { Node } from '../../engine/model/node.ts';
import { inferShapes, type InferredTypes } from '../../engine/model/shapes/infer.ts';
import { nodeLines } from './node-lines.ts';

export class LoadedModel {
  /** As the client names it. */
  readonly uri: string;
  readonly path: string;
  /** Changes whenever the file does. */
  readonly version: string;
  readonly model: Model;
  private inferred: InferredTypes | undefined;
  private known: ModelCosts | undefined;
  private nodes: NodeTable | undefined;
  private numbered: ReadonlyMap<Node, number> | undefined;
  private graph: DrawnStructure | undefined;
  private graphFigures: GraphFigures | undefined;
  private readonly scopes: Constants[] = [];
  private scoped: PlaceTypes | undefined;

  /** @throws LatheError `FILE`, `MODEL_FORMAT` */
  constructor(uri: string, path: string, version: string) {
    this.uri = uri;
    this.path = path;
    this.version = version;
    this.model = readModel(path);
  }

  get types(): InferredTypes {
    return (this.inferred ??= inferShapes(this.model));
  }

  get costs(): ModelCosts {
    return (this.known ??= modelCosts(this.model, { types: this.types }));
  }

  /** Of the values in the graph `place` of the table. */
  typesAt(place: number): InferredTypes | undefined {
    return (this.scoped ??= new PlaceTypes(this.table, this.types)).of(place);
  }

  /** The nodes of the graph view by their numbers. */
  get table(): NodeTable {
    return (this.nodes ??= new NodeTable(this.model));
  }

  /** The numbers of the operators. */
  get numbers(): ReadonlyMap<Node, number> {
    return (this.numbered ??= this.table.numbers());
  }

  get drawn(): DrawnStructure {
    return (this.graph ??= drawnStructure(this.table, () => this.types));
  }

  get figures(): GraphFigures {
    const { model, table, drawn, types, costs } = this;
    return (this.graphFigures ??= graphFigures(table, drawn, { types, costs, lines: nodeLines(model, table) }));
  }

  get structure(): GraphStructure {
    const { tensorPlaces: _, ...drawn } = this.drawn;
    return { ...drawn, ...this.figures };
  }

  /** Constants that are seen in the graph `place` of the table. */
  constants(place: number): Constants {
    const known = this.scopes[place];
    if (known) return known;
    const { graph, outer } = this.table.places[place]!;
    const constants = new Constants(graph, this.model.irVersion, outer < 0 ? undefined : this.constants(outer));
    return (this.scopes[place] = constants);
  }
}
