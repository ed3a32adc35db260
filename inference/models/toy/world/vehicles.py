"""Car, bus, sailboat, rocket and balloon."""
import torch

from world.shapes import blend, box, capsule, circle, ellipse, intersection, polygon, rgb, saturate, union

RUBBER, GLASS, LAMP = (30, 30, 34), (150, 205, 236), (255, 244, 190)


def car(pen):
    pen.shadow(1.2)
    u, v, put = pen.u, pen.v, pen.put
    put(box(u, v, 0, -0.30, 1.18, 0.16, 0.12), pen.main)
    put(polygon(u, v, [(-1.16, -0.30), (-1.10, -0.46), (0.45, -0.50), (1.12, -0.36), (1.18, -0.28)]), pen.main)
    put(polygon(u, v, [(-0.95, -0.42), (-0.50, -0.74), (0.08, -0.74), (0.62, -0.44)]), pen.main)
    put(polygon(u, v, [(-0.70, -0.46), (-0.44, -0.67), (-0.20, -0.67), (-0.20, -0.46)]), GLASS)
    put(polygon(u, v, [(-0.12, -0.46), (-0.12, -0.67), (0.05, -0.67), (0.42, -0.46)]), GLASS)
    put(box(u, v, 0, -0.19, 1.12, 0.05), pen.dark)
    put(polygon(u, v, [(-1.22, -0.62), (-0.92, -0.62), (-0.96, -0.56), (-1.20, -0.56)]), pen.dark)  # spoiler
    put(box(u, v, -1.06, -0.52, 0.04, 0.08), pen.dark)
    put(box(u, v, -0.1, -0.40, 0.8, 0.03), pen.lite)
    for x in (-0.70, 0.72):
        put(circle(u, v, x, -0.20, 0.235), RUBBER)
        put(circle(u, v, x, -0.20, 0.135), (206, 208, 214))
        turn = pen.stage.travelled * pen.stage.face / pen.unit / 0.235
        c, s = torch.cos(turn), torch.sin(turn)
        p, q = c * (u - x) + s * (v + 0.20), -s * (u - x) + c * (v + 0.20)
        spokes = torch.minimum(p.abs(), q.abs()) - 0.04
        put(intersection(spokes, circle(u, v, x, -0.20, 0.135)), (70, 72, 80))
    put(box(u, v, 1.10, -0.36, 0.07, 0.045, 0.03), LAMP, lit=False)
    put(box(u, v, -1.13, -0.38, 0.045, 0.05, 0.02), (255, 60, 50), lit=False)
    ahead = u - 1.15
    cone = saturate(ahead / 0.1) * saturate((0.12 + 0.22 * ahead - (v + 0.30).abs()) * 8)
    blend(pen.image, rgb((255, 240, 180), pen.image), cone * torch.exp(-ahead.clamp(min=0) / 0.45) * 0.55 * pen.night)


def bus(pen):
    pen.shadow(1.35)
    u, v, put = pen.u, pen.v, pen.put
    put(box(u, v, 0, -0.62, 1.30, 0.46, 0.10), pen.main)
    put(box(u, v, 0, -0.30, 1.29, 0.09), pen.dark)
    put(box(u, v, 0, -1.05, 1.18, 0.03), pen.lite)
    window = torch.where(pen.night > 0, rgb((255, 226, 140), pen.image), rgb((168, 214, 240), pen.image))
    for x in (-1.0, -0.55, -0.10, 0.35):
        put(box(u, v, x, -0.74, 0.18, 0.17, 0.04), window, lit=False)
    put(box(u, v, 0.80, -0.58, 0.15, 0.34, 0.03), (90, 110, 130))  # door
    put(box(u, v, 1.17, -0.72, 0.12, 0.20, 0.04), window, lit=False)
    for x in (-0.78, 0.52):
        put(circle(u, v, x, -0.18, 0.22), RUBBER)
        put(circle(u, v, x, -0.18, 0.11), (200, 202, 208))
        turn = pen.stage.travelled * pen.stage.face / pen.unit / 0.22
        dx, dy = 0.09 * torch.cos(turn), 0.09 * torch.sin(turn)
        put(capsule(u, v, x - dx, -0.18 - dy, x + dx, -0.18 + dy, 0.03), (80, 82, 90))
    put(box(u, v, 1.27, -0.34, 0.04, 0.05, 0.02), LAMP, lit=False)


def sailboat(pen):
    u, v, put = pen.u, pen.v, pen.put
    wood = (120, 84, 56)
    put(polygon(u, v, [(-1.0, -0.12), (1.08, -0.16), (0.74, 0.26), (-0.74, 0.26)]), pen.main)
    put(box(u, v, 0.02, -0.12, 1.0, 0.035), wood)
    put(box(u, v, 0.03, -0.85, 0.03, 0.75), wood)
    put(polygon(u, v, [(0.10, -1.62), (0.10, -0.24), (0.92, -0.24)]), (250, 248, 240))
    put(polygon(u, v, [(-0.05, -1.50), (-0.05, -0.24), (-0.74, -0.24)]), pen.main)
    put(polygon(u, v, [(0.06, -1.62), (0.06, -1.78), (-0.24, -1.70)]), pen.main, masked=False)
    put(box(u, v, 0.42, -0.46, 0.30, 0.03), pen.main, masked=False)


def rocket(pen):
    u, v, put = pen.across, pen.v, pen.put  # drawn pointing up; turned, never mirrored
    flicker = 0.22 * torch.sin(pen.t * 31 + 5 * pen.stage.rand(6))
    put(ellipse(u, v, 0, 1.02, 0.26, 0.62) - flicker * 0.2, (255, 150, 40), 0.95, lit=False)
    put(ellipse(u, v, 0, 0.92, 0.14, 0.36) - flicker * 0.1, (255, 240, 150), lit=False)
    put(polygon(u, v, [(-0.30, 0.30), (-0.78, 0.92), (-0.26, 0.78)]), pen.dark)
    put(polygon(u, v, [(0.30, 0.30), (0.78, 0.92), (0.26, 0.78)]), pen.dark)
    hull = intersection(ellipse(u, v, 0, -0.05, 0.44, 1.30), v - 0.78)
    put(hull, pen.main)
    pen.glaze(intersection(hull, (u + 0.16).abs() - 0.07), pen.lite * pen.light, 0.7)
    nose = torch.where(pen.is_colour("white"), rgb((200, 60, 60), pen.image), rgb((244, 244, 246), pen.image))
    pen.glaze(intersection(hull, v + 0.72), nose * pen.light)
    put(circle(u, v, 0, -0.26, 0.23), (236, 238, 242))
    put(circle(u, v, 0, -0.26, 0.16), (90, 170, 226))
    put(box(u, v, 0, 0.74, 0.24, 0.07), (90, 92, 100))


def balloon(pen):
    u, v, put = pen.u, pen.v + 0.15, pen.put
    for side in (-1, 1):
        put(capsule(u, v, 0.36 * side, 0.62, 0.17 * side, 1.04, 0.035), (90, 66, 50), masked=False)
    skirt = polygon(u, v, [(-0.82, 0.20), (0.82, 0.20), (0.24, 0.86), (-0.24, 0.86)])
    envelope = union(circle(u, v, 0, -0.20, 0.98), skirt)
    put(envelope, pen.main)
    bulge = u / torch.sqrt((1.0 - (v * 0.75) ** 2).clamp(min=0.12))
    stripes = (torch.cos(bulge * 5.0) > 0.2).float()
    second = torch.where(pen.is_colour("white"), rgb((206, 214, 230), pen.image), pen.lite)
    pen.glaze(envelope, second * pen.light, stripes * 0.85)
    pen.glaze(intersection(envelope, (v - 0.12).abs() - 0.07), pen.main * 0.7 * pen.light)
    put(box(u, v, 0, 1.18, 0.22, 0.16, 0.03), (158, 108, 62))
    put(box(u, v, 0, 1.04, 0.24, 0.035), (112, 74, 42))
    pen.glaze(envelope, (10, 10, 40), saturate((u - 0.2) * 0.6) * 0.4)
    put(circle(u, v, 0, 0.96, 0.06), (255, 190, 60), 0.9 * (0.5 + 0.5 * pen.night), masked=False, lit=False)


