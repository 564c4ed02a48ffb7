/** A model that was read, and what follows from it: everything is made when it is first asked for. */

import type { GraphStructure } from '../../../protocol/graph/structure.ts';
import { graphStructure } from '../../engine/analysis/structure/structure.ts';
import { readModel } from '../../engine/formats/onnx/read.ts';
import type { Model } from '../../engine/model/model.ts';
import { inferShapes, type InferredTypes } from '../../engine/model/shapes/infer.ts';

export class LoadedModel {
  /** As the client names it. */
  readonly uri: string;
  readonly path: string;
  /** Changes whenever the file does. */
  readonly version: string;
  readonly model: Model;
  private inferred: InferredTypes | undefined;
  private graph: GraphStructure | undefined;

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

  get structure(): GraphStructure {
    return (this.graph ??= graphStructure(this.model));
  }
}
