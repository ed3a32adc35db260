import type { GenerationEvent, Preview } from '../../sdk/src/index.js';
import { drawn, filmStrip } from '../pictures/draw.js';
import type { PictureProtocol } from '../pictures/protocol.js';
import type { ProgressView } from './view.js';

const rows = 6;

/** The preview of the latest step as a film strip on the lines above the bar. A step that comes while one is drawn is skipped. */
export class LivePreview implements ProgressView {
  private drawing = false;
  private reserved = false;
  private stopped = false;

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly protocol: PictureProtocol,
  ) {}

  event(event: GenerationEvent): void {
    if (event.__typename === 'GenerationProgressed' && event.progress.preview) void this.show(event.progress.preview);
  }

  notice(): void {}

  stop(): void {
    this.stopped = true;
  }

  private async show(preview: Preview): Promise<void> {
    if (this.drawing) return;
    this.drawing = true;
    const columns = (this.stream.columns ?? 80) - 1;
    const picture = await filmStrip(Buffer.from(preview.data, 'base64'), rows, columns)
      .then((strip) => drawn(strip, rows, this.protocol))
      // A picture that cannot be read is no reason to lose the video.
      .catch(() => '');
    this.drawing = false;
    if (this.stopped || picture === '') return;
    // The bar is on the cursor's line and draws itself again: the lines for the picture go above it.
    if (!this.reserved) this.stream.write(`\r\x1b[2K${'\n'.repeat(rows)}`);
    this.reserved = true;
    this.stream.write(`\x1b7\x1b[${rows}A\r${picture}\x1b8`);
  }
}
