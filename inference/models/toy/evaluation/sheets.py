"""Picture sheets: one row a video, five frames, the prompt above; JPEG, so that they fit into a repository."""
import numpy as np
from PIL import Image, ImageDraw

FRAMES = (0, 8, 16, 24, 32)


def save_sheet(videos, captions, path):
    """videos uint8 [N, F, 3, H, W]."""
    rows = []
    for video, caption in zip(videos, captions):
        frames = np.concatenate([video[t].permute(1, 2, 0).numpy() for t in FRAMES], 1)
        row = Image.new("RGB", (frames.shape[1], frames.shape[0] + 14), (255, 255, 255))
        row.paste(Image.fromarray(frames), (0, 14))
        ImageDraw.Draw(row).text((4, 1), caption if caption.isascii() else "(a Chinese prompt)", fill=(0, 0, 0))
        rows.append(np.array(row))
    Image.fromarray(np.concatenate(rows)).save(path, quality=88)
