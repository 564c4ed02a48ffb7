/** Optimisers as they are asked for; `optimizers/` emits them. */

export type Optimizer =
  /** Stochastic gradient descent with momentum (Sutskever et al. 2013, as in PyTorch: v = μv + g, w -= ηv). */
  | {
      readonly kind: 'sgd';
      /** 0.9 unless told. */
      readonly momentum?: number;
      readonly nesterov?: boolean;
      readonly weightDecay?: number;
      readonly clipNorm?: number;
    }
  /** Adam (Kingma and Ba 2015); `adamw` takes weight decay apart from the gradient (Loshchilov and Hutter 2019). */
  | {
      readonly kind: 'adam' | 'adamw';
      /** 0.9, 0.999 and 1e-8 unless told. */
      readonly beta1?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
      readonly weightDecay?: number;
      readonly clipNorm?: number;
    };
