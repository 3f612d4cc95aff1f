const NEAREST = 32;

/** Where the picture lies in the stage: stage = picture × scale + offset, in CSS pixels. */
export class View {
  scale = 1;
  x = 0;
  y = 0;
  stage = { width: 1, height: 1 };
  picture = { width: 1, height: 1 };

  /** The scale at which the whole picture can be seen. */
  get fitting() {
    const margin = 8;
    return Math.min(
      (this.stage.width - 2 * margin) / this.picture.width,
      (this.stage.height - 2 * margin) / this.picture.height,
      NEAREST,
    );
  }

  fit() {
    this.scale = Math.max(1e-3, this.fitting);
    this.x = (this.stage.width - this.picture.width * this.scale) / 2;
    this.y = (this.stage.height - this.picture.height * this.scale) / 2;
  }

  /** The stage has another size; what was fitted stays so. */
  resize(stage, fitted) {
    this.stage = stage;
    if (fitted) this.fit();
    else this.pan(0, 0);
  }

  /** Larger by a factor, with the point x, y of the stage where it was. */
  zoom(factor, x = this.stage.width / 2, y = this.stage.height / 2) {
    const scale = Math.min(NEAREST, Math.max(Math.min(0.05, this.fitting), this.scale * factor));
    const [left, top] = [x - ((x - this.x) * scale) / this.scale, y - ((y - this.y) * scale) / this.scale];
    this.scale = scale;
    this.pan(left - this.x, top - this.y);
  }

  /** Moves the picture, a piece of which always stays in sight. */
  pan(dx, dy) {
    const piece = 48;
    const within = (value, size, stage) => Math.min(stage - piece, Math.max(piece - size, value));
    this.x = within(this.x + dx, this.picture.width * this.scale, this.stage.width);
    this.y = within(this.y + dy, this.picture.height * this.scale, this.stage.height);
  }

  toPicture(x, y) {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale };
  }

  toStage(x, y) {
    return { x: x * this.scale + this.x, y: y * this.scale + this.y };
  }
}
