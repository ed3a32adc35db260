/** In pixels of the video as generated. */
export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
}

/** As the server wants it: sides are even. */
const least = 16;

const between = (low: number, value: number, high: number) => Math.max(low, Math.min(value, high));
const even = (value: number) => Math.floor(value / 2) * 2;

/** The nearest crop that the server takes: whole, even sides, inside of the frame. */
export function fitted({ x, y, width, height }: Crop, frame: Frame): Crop {
  const w = between(least, even(Math.round(width)), even(frame.width));
  const h = between(least, even(Math.round(height)), even(frame.height));
  return {
    x: between(0, Math.round(x), frame.width - w),
    y: between(0, Math.round(y), frame.height - h),
    width: w,
    height: h,
  };
}

/** The largest crop of a shape around the middle of another, or of the frame. @param aspect width over height */
export function cropOfAspect(aspect: number, frame: Frame, around: Crop | null): Crop {
  const width = Math.min(frame.width, frame.height * aspect);
  const height = width / aspect;
  const { x, y } = around ? { x: around.x + around.width / 2, y: around.y + around.height / 2 } : centre(frame);
  return fitted({ x: x - width / 2, y: y - height / 2, width, height }, frame);
}

const centre = ({ width, height }: Frame) => ({ x: width / 2, y: height / 2 });

export const moved = (crop: Crop, dx: number, dy: number, frame: Frame): Crop =>
  fitted({ ...crop, x: crop.x + dx, y: crop.y + dy }, frame);

/** By its lower right corner: the upper left one stays. */
export function resized(crop: Crop, dx: number, dy: number, frame: Frame): Crop {
  const width = Math.min(crop.width + dx, frame.width - crop.x);
  const height = Math.min(crop.height + dy, frame.height - crop.y);
  return fitted({ ...crop, width, height }, frame);
}
