import { story } from '../harness/story.ts';
import { root } from '../harness/root.ts';

const samples = `${root}/samples`;

story('compressing the sample', {
  files: {
    'digits.onnx': { copy: `${samples}/digits.onnx` },
    'digits.data.yaml': { copy: `${samples}/digits.data.yaml` },
    'pictures': { copy: `${samples}/pictures` },
  },
}, (step) => {
  step('a double click in the explorer shows the graph', async (bench) => {
    await bench.openFile('digits.onnx');
    await bench.webview().getByRole('application').waitFor();
  });
});
