/** The file format of a picture. */
export type PictureFormat = 'png' | 'jpeg' | 'webp' | 'bmp';

/** The properties in the header of a picture's file. */
export interface PictureHeader {
  readonly format: PictureFormat;
  /** Pixels, as the picture is displayed. */
  readonly width: number;
  readonly height: number;
  /** 1: gray; transparency does not count. */
  readonly channels: 1 | 3;
}

/** A picture that is not decoded yet. */
export interface Picture {
  /** For messages, such as the path of its file. */
  readonly name: string;
  readonly header: PictureHeader;
  /** Identifies its content: it changes with the file. */
  stamp(): string;
  /** The whole file. @throws UserError */
  read(): Promise<Uint8Array>;
}

/** A picture in memory: rows of pixels, each one byte or three. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** Limit of the pixels of a picture, and of the bytes of its file. */
export const MOST_PIXELS = 2 ** 26;
export const MOST_FILE_BYTES = 2 ** 26;
