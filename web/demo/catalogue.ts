/** What the shop's front page shows. Names and prices are those of the demo company's catalogue. */
export interface Product {
  name: string;
  line: string;
  price: string;
  drawing: string;
}

/** Outlines on a 120 × 96 ground. */
export const PRODUCTS: Product[] = [
  {
    name: "Kamm Pro trekking boot",
    line: "Stiff sole, leather upper",
    price: "239.00",
    drawing: "M38 20h22l3 26c8 6 22 7 27 13 3 4 3 9 3 13H34c-2-18 4-34 4-52zM34 72h59v7H34zM52 30h10M53 37h10M54 44h11",
  },
  {
    name: "Larn Mid Wide hiking boot",
    line: "More room across the toes",
    price: "169.00",
    drawing: "M40 28h20l4 20c9 4 20 6 25 12 3 4 3 8 3 12H36c-2-15 4-29 4-44zM36 72h56v6H36zM51 37h11M52 44h11",
  },
  {
    name: "Regenwand rain jacket",
    line: "Cut to go over a fleece",
    price: "179.00",
    drawing: "M50 18c3 6 17 6 20 0l16 8 8 40-11 3-5-20v31H42V49l-5 20-11-3 8-40zM60 24v56M47 56h8M65 56h8",
  },
  {
    name: "Biwak 2 tent",
    line: "Room for two",
    price: "349.00",
    drawing: "M14 76L60 20l46 56zM60 20v56M60 76L46 50M60 76l14-26M8 76h104",
  },
  {
    name: "Sternzelt −5 sleeping bag",
    line: "Comfort −4 °C, up to 185 cm",
    price: "249.00",
    drawing: "M44 82c-6-20-9-40-3-54 4-9 9-13 19-13s15 4 19 13c6 14 3 34-3 54zM49 32c6 4 16 4 22 0M46 46h28M46 58h28M47 70h26",
  },
  {
    name: "Weitweg 55 trekking pack",
    line: "55 litres",
    price: "199.00",
    drawing: "M42 26c0-8 8-10 18-10s18 2 18 10v54H42zM42 34h36M48 50h24v18H48zM36 44h6v26h-6zM78 44h6v26h-6zM54 16v-5h12v5",
  },
  {
    name: "Glut gas stove",
    line: "For screw-on canisters, EN 417",
    price: "49.90",
    drawing: "M46 60h28v20H46zM52 60v-8h16v8M38 52h44M44 52l-6-8M76 52l6-8M60 46c-7-6-4-12 0-18 4 6 7 12 0 18z",
  },
  {
    name: "Merino shirt",
    line: "For every layer and season",
    price: "69.90",
    drawing: "M48 20c4 6 20 6 24 0l16 9-6 17-8-3v38H46V43l-8 3-6-17zM46 58h28",
  },
];
