"""Bird, fish, cat, and the ball."""
import torch

from world.shapes import capsule, circle, ellipse, intersection, polygon, rgb, saturate


def ball(pen):
    pen.shadow(0.8)
    u, v, put = pen.across, pen.v, pen.put
    disc = circle(u, v, 0, 0, 1.0)
    put(disc, pen.main)
    second = torch.where(pen.is_colour("white"), rgb((120, 170, 220), pen.image), rgb((248, 246, 240), pen.image))
    pen.glaze(intersection(disc, v.abs() - 0.27), second * pen.light)  # one broad stripe: it shows how far the ball has turned
    put(circle(pen.u0, pen.v0, -0.38, -0.42, 0.2), (255, 255, 255), 0.45, masked=False)  # the light does not turn
    pen.glaze(disc, (10, 10, 30), saturate((pen.u0 + pen.v0 - 0.35) * 0.6) * 0.35)


def bird(pen):
    """A plump bird: thin parts and a wing that beats faster than four frames a latent can follow were never learnt."""
    u, v, put = pen.u, pen.v, pen.put
    flap = torch.sin(pen.t * (5 + 2 * pen.stage.rand(6)))
    put(polygon(u, v, [(-0.40, -0.12), (-1.10, -0.26), (-1.06, 0.14), (-0.44, 0.20)]), pen.dark)
    put(ellipse(u, v, 0, 0, 0.68, 0.42), pen.main)
    put(ellipse(u, v, 0.06, 0.18, 0.46, 0.20), pen.lite)
    put(polygon(u, v, [(0.82, -0.38), (1.22, -0.20), (0.80, -0.08)]), (248, 164, 38))
    put(circle(u, v, 0.60, -0.26, 0.34), pen.main)
    put(circle(u, v, 0.70, -0.32, 0.11), (250, 250, 250), masked=False)
    put(circle(u, v, 0.73, -0.32, 0.065), (20, 20, 26), masked=False)
    # the wing: a leaf from the shoulder (0.12, -0.10) to its beating tip
    dx, dy = -0.42, -0.80 * flap
    h = saturate(((u - 0.12) * dx + (v + 0.10) * dy) / (dx**2 + dy**2))
    d = torch.sqrt((u - 0.12 - h * dx) ** 2 + (v + 0.10 - h * dy) ** 2 + 1e-9) - 0.29 * (1 - h * 0.6)
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
    """A big head in front and a low tail behind: with both ends high, the model mixed them up."""
    pen.shadow(0.8)
    u, v, put = pen.u, pen.v, pen.put
    stride = torch.sin(pen.stage.travelled / pen.unit * 3.2) * pen.stage.sideways
    tail = 0.12 * torch.sin(pen.t * 3 + 6 * pen.stage.rand(6))
    put(capsule(u, v, -0.60, -0.56, -1.10, -0.66 + tail, 0.10), pen.dark)
    for x, sign, tone in ((-0.44, 1, pen.dark), (0.30, -1, pen.dark), (-0.30, -1, pen.main), (0.44, 1, pen.main)):
        put(capsule(u, v, x, -0.36, x - 0.20 * sign * stride, -0.11, 0.12), tone)
    put(ellipse(u, v, -0.02, -0.52, 0.70, 0.31), pen.main)
    put(ellipse(u, v, -0.04, -0.42, 0.44, 0.15), pen.lite, masked=False)
    put(polygon(u, v, [(0.34, -1.02), (0.36, -1.50), (0.66, -1.24)]), pen.main)
    put(polygon(u, v, [(0.74, -1.24), (1.04, -1.50), (1.06, -1.02)]), pen.main)
    put(circle(u, v, 0.70, -0.92, 0.40), pen.main)
    put(polygon(u, v, [(0.43, -1.14), (0.44, -1.36), (0.58, -1.24)]), (250, 170, 180), masked=False)
    put(polygon(u, v, [(0.82, -1.24), (0.96, -1.36), (0.97, -1.14)]), (250, 170, 180), masked=False)
    put(ellipse(u, v, 0.75, -0.74, 0.19, 0.13), pen.lite, masked=False)
    eye = torch.where(pen.is_colour("green"), rgb((250, 230, 90), pen.image), rgb((150, 226, 90), pen.image))
    for x in (0.57, 0.89):
        put(circle(u, v, x, -0.96, 0.11), eye, masked=False, lit=False)
        put(ellipse(u, v, x + 0.01, -0.96, 0.05, 0.10), (16, 16, 20), masked=False)
    put(polygon(u, v, [(0.67, -0.82), (0.83, -0.82), (0.75, -0.73)]), (250, 130, 150), masked=False)
