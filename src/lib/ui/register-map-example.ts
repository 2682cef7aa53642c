/** A register-map file as the form of a Modbus source shows it. A test reads it as the app reads a person's own. */
export const registerMapExample = `{
  "id": "own-drive",
  "name": "Own drive",
  "source": "Manual, page 12",
  "registers": [
    { "fc": 3, "address": 16, "type": "uint16", "scale": 0.1,
      "unit": "A", "column": "Motor_Current_A" },
    { "fc": 4, "address": 18, "type": "float32", "order": "CDAB",
      "unit": "bar", "column": "Oil_Pressure_bar", "pollMs": 5000 }
  ]
}`;
