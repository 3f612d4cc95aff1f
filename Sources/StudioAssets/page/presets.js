// Starting points; each sets only what it names.
export const presets = [
  { name: "Subtle", values: { strength: 0.45, num_inference_steps: 28, guidance_scale: 3.5 } },
  { name: "Balanced", values: { strength: 0.85, num_inference_steps: 28, guidance_scale: 3.5 } },
  { name: "Bold", values: { strength: 1, num_inference_steps: 40, guidance_scale: 5 } },
  { name: "Quick draft", values: { strength: 0.85, num_inference_steps: 10, guidance_scale: 3.5, num_images: 1 } },
];
