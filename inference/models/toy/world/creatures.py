"""Bird, fish, cat, and the ball."""
import torch

from world.shapes import capsule, circle, ellipse, fract, intersection, polygon, rgb, saturate


def ball(pen):
    pen.shadow(0.8)
    u, v, put = pen.across, pen.v, pen.put
    disc = circle(u, v, 0, 0, 1.0)
    put(disc, pen.main)
    sectors = (fract(torch.atan2(v, u + 1e-6) / 6.28319 * 3 + 0.5) < 0.5).float()
    second = torch.where(pen.is_colour("white"), rgb((120, 170, 220), pen.image), rgb((248, 246, 240), pen.image))
    pen.glaze(disc, second * pen.light, sectors)
    put(circle(u, v, 0, 0, 0.2), pen.main, masked=False)
    put(circle(pen.u0, pen.v0, -0.38, -0.42, 0.2), (255, 255, 255), 0.45, masked=False)  # the light does not turn
    pen.glaze(disc, (10, 10, 30), saturate((pen.u0 + pen.v0 - 0.35) * 0.6) * 0.35)


def bird(pen):
    u, v, put = pen.u, pen.v, pen.put
    flap = torch.sin(pen.t * (9 + 4 * pen.stage.rand(6)))
    put(polygon(u, v, [(-0.55, 0.02), (-1.12, -0.12), (-1.05, 0.10), (-1.14, 0.24)]), pen.dark)
    put(polygon(u, v, [(-0.32, -0.02), (0.26, -0.02), (0.30, -0.10), (-0.36, -0.10)]), pen.dark)
    put(ellipse(u, v, 0, 0, 0.66, 0.32), pen.main)
    put(ellipse(u, v, 0.06, 0.13, 0.42, 0.16), pen.lite)
    put(circle(u, v, 0.62, -0.20, 0.25), pen.main)
    put(polygon(u, v, [(0.84, -0.28), (1.14, -0.16), (0.82, -0.08)]), (248, 164, 38))
    put(circle(u, v, 0.69, -0.26, 0.062), (250, 250, 250), masked=False)
    put(circle(u, v, 0.71, -0.26, 0.036), (20, 20, 26), masked=False)
    # the wing: a leaf from the shoulder (0.10, -0.06) to its beating tip
    dx, dy = -0.38, -0.75 * flap + 0.01
    h = saturate(((u - 0.10) * dx + (v + 0.06) * dy) / (dx**2 + dy**2))
    d = torch.sqrt((u - 0.10 - h * dx) ** 2 + (v + 0.06 - h * dy) ** 2 + 1e-9) - 0.24 * (1 - h * 0.8)
    put(d, pen.dark)


def fish(pen):
    u, put = pen.u, pen.put
    wag = 0.22 * torch.sin(pen.t * (7 + 3 * pen.stage.rand(6)))
    v = pen.v + wag * u.clamp(max=0) ** 2 * 0.8  # the tail swings, the head does not
    put(polygon(u, v, [(-0.60, 0), (-1.16, -0.40), (-1.16, 0.40)]), pen.dark)
    put(polygon(u, v, [(-0.30, -0.30), (0.25, -0.34), (-0.22, -0.66)]), pen.dark)
    put(polygon(u, v, [(-0.12, 0.30), (0.25, 0.30), (-0.16, 0.56)]), pen.dark)
    body = ellipse(u, v, 0.05, 0, 0.82, 0.44)
    put(body, pen.main)
    for x in (-0.28, 0.06):
        pen.glaze(intersection(body, (u - x).abs() - 0.08), pen.lite)
    put(circle(u, v, 0.52, -0.10, 0.12), (252, 252, 252))
    put(circle(u, v, 0.55, -0.10, 0.065), (18, 18, 24))
    put(capsule(u, v, 0.70, 0.16, 0.82, 0.12, 0.025), (30, 30, 40), masked=False)
    put(polygon(u, pen.v, [(0.10, 0.04), (-0.22, -0.10), (-0.20, 0.22)]), pen.dark, masked=False)


def cat(pen):
    pen.shadow(0.8)
    u, v, put = pen.u, pen.v, pen.put
    stride = torch.sin(pen.stage.travelled / pen.unit * 5.0) * pen.stage.sideways
    tail = 0.25 * torch.sin(pen.t * 3 + 6 * pen.stage.rand(6))
    put(capsule(u, v, -0.62, -0.52, -0.95, -0.92, 0.075), pen.main)
    put(capsule(u, v, -0.95, -0.92, -0.86 + tail * 0.6, -1.22, 0.07), pen.main)
    for x, sign, width, tone in ((-0.48, 1, 0.085, pen.dark), (0.36, -1, 0.085, pen.dark), (-0.34, -1, 0.09, pen.main), (0.50, 1, 0.09, pen.main)):
        put(capsule(u, v, x, -0.36, x - 0.22 * sign * stride, -0.07, width), tone)
    put(ellipse(u, v, 0, -0.52, 0.72, 0.29), pen.main)
    put(ellipse(u, v, 0.02, -0.40, 0.46, 0.13), pen.lite, masked=False)
    put(polygon(u, v, [(0.44, -0.98), (0.46, -1.34), (0.66, -1.10)]), pen.main)
    put(polygon(u, v, [(0.76, -1.10), (0.98, -1.34), (0.98, -0.96)]), pen.main)
    put(circle(u, v, 0.71, -0.86, 0.31), pen.main)
    put(polygon(u, v, [(0.49, -1.08), (0.50, -1.24), (0.60, -1.13)]), (250, 170, 180), masked=False)
    put(polygon(u, v, [(0.84, -1.13), (0.93, -1.24), (0.94, -1.08)]), (250, 170, 180), masked=False)
    eye = torch.where(pen.is_colour("green"), rgb((250, 230, 90), pen.image), rgb((150, 226, 90), pen.image))
    for x in (0.62, 0.86):
        put(circle(u, v, x, -0.90, 0.075), eye, masked=False, lit=False)
        put(ellipse(u, v, x + 0.01, -0.90, 0.03, 0.065), (16, 16, 20), masked=False)
    put(polygon(u, v, [(0.70, -0.80), (0.80, -0.80), (0.75, -0.74)]), (250, 130, 150), masked=False)


