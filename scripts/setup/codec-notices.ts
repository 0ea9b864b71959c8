/**
 * Licenses of the C libraries that are compiled into the codecs of `@jsquash`, whose packages hold only their own license.
 * The texts are those that each library asks its binaries to carry.
 */

const BSD = (holder: string, names: string): string => `Copyright (c) ${holder}. All rights reserved.

Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following
conditions are met:

- Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.
- Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following
  disclaimer in the documentation and/or other materials provided with the distribution.
- Neither the name of ${names} nor the names of its contributors may be used to endorse or promote products derived from this
  software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING,
BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT
SHALL THE COPYRIGHT HOLDERS OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS
INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE
OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.`;

/** A library in a codec: its name and license, and the text. */
interface CodecNotice {
  readonly title: string;
  readonly text: string;
}

/** The libraries in `mozjpeg_dec.wasm` and `webp_dec.wasm`. */
export const CODEC_NOTICES: readonly CodecNotice[] = [
  {
    title: 'mozjpeg in mozjpeg_dec.wasm, IJG AND BSD-3-Clause',
    text: `This software is based in part on the work of the Independent JPEG Group.

${BSD('2009-2024 D. R. Commander, 2015 Viktor Szathmáry, 2014 Mozilla Corporation', 'the libjpeg-turbo Project')}`,
  },
  {
    title: 'libwebp in webp_dec.wasm, BSD-3-Clause',
    text: BSD('2010 Google Inc.', 'Google'),
  },
];
