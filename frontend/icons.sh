#!/bin/sh
# Draws the icons of the installed portal from its mark (ImageMagick). They are committed: run this when the mark changes.
set -e
cd "$(dirname "$0")"
mark=assets/marks/mark.svg
small='-strip -depth 8 -colors 64 -define png:compression-level=9'
draw() { convert -background none -density 1228 "$mark" -resize "$1" $small "PNG8:assets/icons/$2"; }
draw 192x192 icon-192.png
draw 512x512 icon-512.png
# A system cuts this one to its own shape: the colour goes to the edges, the mark stays inside the middle 80 %.
sed -e 's/viewBox="0 0 40 40"/viewBox="-4.5 -4.5 49 49"/' -e 's/<rect width="40" height="40" rx="11"/<rect x="-9" y="-9" width="58" height="58"/' "$mark" |
  convert -background '#0b5d56' -density 1228 svg:- -gravity center -crop 98x98%+0+0 +repage -resize 512x512! $small PNG8:assets/icons/icon-maskable.png
