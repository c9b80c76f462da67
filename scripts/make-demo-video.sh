#!/bin/sh
# Makes demo/shoal.mp4, eight seconds of H.264 and AAC from ffmpeg's own generators: a sea, a shoal that lives, a tone.
# Needs ffmpeg. The result is committed, so nobody needs to run this.
set -eu
cd "$(dirname "$0")/.."
ffmpeg -hide_banner -loglevel error -y \
  -f lavfi -i "gradients=s=640x360:r=25:d=8:c0=0x003366:c1=0x0088aa:c2=0x66ccdd:c3=0x002244:nb_colors=4:speed=0.02" \
  -f lavfi -i "life=s=160x90:r=25:mold=12:ratio=0.08:seed=7:death_color=#ff8844:life_color=#ffe0a0,scale=640:360:flags=neighbor,colorkey=0x000000:0.1:0.1" \
  -f lavfi -i "sine=f=220:d=8:b=4" \
  -filter_complex "[0][1]overlay=shortest=1,format=yuv420p[v]" -map "[v]" -map 2:a -t 8 \
  -c:v libx264 -profile:v high -preset slow -crf 30 -g 50 -bitexact -c:a aac -b:a 64k \
  -movflags +faststart -metadata title="Cardume demo: a shoal" demo/shoal.mp4
