#!/bin/sh
# Makes test/fixtures/media/: one small file of each kind that is read, from ffmpeg's own generators.
# Needs ffmpeg with libx264, libvpx-vp9, libopus and libmp3lame. The results are committed, so nobody needs to run this.
set -eu
mkdir -p "$(dirname "$0")/../test/fixtures/media"
cd "$(dirname "$0")/../test/fixtures/media"

ffmpeg="ffmpeg -hide_banner -loglevel error -y"
picture="-f lavfi -i testsrc=s=160x90:r=10:d=2"
tone="-f lavfi -i sine=f=440:d=2"
exact="-fflags +bitexact"
h264="$exact -c:v libx264 -preset veryslow -crf 40 -pix_fmt yuv420p -threads 1 -flags:v +bitexact"
aac="$exact -c:a aac -b:a 16k -ac 1 -flags:a +bitexact"

$ffmpeg $picture $tone $h264 $aac -movflags +faststart -metadata title="Peixes do mar" \
  -metadata:s:a:0 language=por -metadata:s:v:0 language=por plain.mp4

printf '1\n00:00:00,000 --> 00:00:01,500\nOlá\n' > subtitles.srt
$ffmpeg $picture $tone -f lavfi -i sine=f=660:d=2 -i subtitles.srt -map 0 -map 1 -map 2 -map 3 $h264 $aac -c:s srt \
  -metadata title="Dois áudios" -metadata:s:a:0 language=por -metadata:s:a:0 title="Dublado" \
  -metadata:s:a:1 language=eng -metadata:s:s:0 language=por -metadata:s:s:0 title="Legendas" two-audios.mkv
rm subtitles.srt

$ffmpeg $picture $tone $exact -c:v libvpx-vp9 -pix_fmt yuv420p -b:v 0 -crf 60 -threads 1 -flags:v +bitexact -c:a libopus -b:a 12k \
  -flags:a +bitexact picture.webm
$ffmpeg $picture $h264 quick.mov
$ffmpeg $picture $tone $h264 $aac -f mpegts stream.mpegts
$ffmpeg $tone $exact -c:a libmp3lame -b:a 16k -metadata title="Só som" sound.mp3
$ffmpeg $tone $aac sound.m4a
$ffmpeg -display_rotation 90 -i plain.mp4 $exact -c copy rotated.mp4 2>/dev/null ||
  $ffmpeg -i plain.mp4 $exact -c copy -metadata:s:v:0 rotate=90 rotated.mp4
$ffmpeg $picture $tone $h264 $aac -movflags +frag_keyframe+empty_moov fragmented.mp4
# The index of this one is at its end, and cut away.
$ffmpeg $picture $h264 whole.mp4
head -c 2000 whole.mp4 > truncated.mp4
rm whole.mp4
