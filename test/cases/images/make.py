"""Makes the files of this folder, with NumPy and Pillow: python3 test/cases/images/make.py"""

import pathlib

import numpy as np
from PIL import Image, ImageOps

here = pathlib.Path(__file__).parent
y, x = np.mgrid[0:16, 0:24]
colours = np.stack([255 * x / 23, 255 * y / 15, 60 + 4 * y], -1).astype("u1")
picture = Image.fromarray(colours)


def luminance(image):
    red, green, blue, alpha = np.moveaxis(np.asarray(image.convert("RGBA"), "f8") / 255, -1, 0)
    return ((0.299 * red + 0.587 * green + 0.114 * blue) * alpha).astype("f4")


upright = {}
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[274] = orientation
    picture.save(here / "photo.jpg", quality=95, exif=exif)
    upright[f"jpeg{orientation}"] = luminance(ImageOps.exif_transpose(Image.open(here / "photo.jpg")))
picture.save(here / "progressive.jpg", quality=95, progressive=True)
upright["progressive"] = luminance(Image.open(here / "progressive.jpg"))

alpha = Image.fromarray((255 * (x + y > 10)).astype("u1"))
picture.putalpha(alpha)
picture.save(here / "photo.webp", lossless=True, exact=True)
upright["webp"] = luminance(Image.open(here / "photo.webp"))
np.savez_compressed(here / "upright.npz", **upright)
