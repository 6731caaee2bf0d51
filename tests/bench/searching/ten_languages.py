# ruff: noqa: RUF001 - letters of ten languages
"""What people wrote of forty pictures in ten languages, and what they ask for later.

Written before anything was tuned by it. Questions are as people type them: other forms of a word,
without accents, in lower case. Each names the pictures that it should find.
"""

from __future__ import annotations

# Language, and what is written of each picture.
WRITTEN: dict[str, list[str]] = {
    "English": [
        "Two children build a sandcastle while the tide comes in.",
        "A black cat sleeps on grandmother’s knitted blanket.",
        "Fireworks over the harbour on New Year’s Eve.",
        "Hikers rest beside a mountain lake; snow on the peaks.",
    ],
    "German": [
        "Zwei Mädchen fahren mit dem Schlauchboot über den Chiemsee.",
        "Der Großvater gießt Rosen im Garten hinter dem Haus.",
        "Ein alter VW-Käfer parkt vor dem Münchner Rathaus.",
        "Weihnachtsmarkt in Nürnberg, Glühwein und Lebkuchen.",
    ],
    "Turkish": [
        "İstanbul Boğazı’nda gün batımı, martılar vapurun peşinde.",
        "Çocuklar bahçede top oynuyor.",
        "Kapadokya’da sıcak hava balonları.",
        "IĞDIR’da karlı Ağrı Dağı manzarası.",
    ],
    "French": [
        "L’été dernier à la plage, les enfants mangent des glaces.",
        "Un marché couvert, étals de fromages et d’œufs.",
        "Le château au crépuscule, reflété dans la rivière.",
        "Un chien roux court dans la forêt d’automne.",
    ],
    "Spanish": [
        "Una niña sopla las velas de su pastel de cumpleaños.",
        "Bailarines en la plaza durante la fiesta mayor.",
        "El perro duerme bajo la mesa de la cocina.",
        "Montañas nevadas vistas desde el avión.",
    ],
    "Russian": [
        "Ребёнок кормит голубей в парке.",
        "Дача зимой, снег на крыше и ёлка во дворе.",
        "Поезд прибывает на вокзал вечером.",
        "Бабушка печёт пироги на кухне.",
    ],
    "Japanese": [
        "桜の下で花見をする家族。",
        "夕暮れの東京タワーと満月。",
        "祖母が作った味噌ラーメン。",
        "雪の中を走る赤い電車。",
    ],
    "Chinese": [
        "孩子们在沙滩上放风筝。",
        "黄昏时的灯塔和渔船。",
        "奶奶在厨房里包饺子。",
        "长城上的秋天，红叶满山。",
    ],
    "Thai": [
        "เด็กสองคนเล่นน้ำที่ชายหาด",
        "วัดอรุณยามพระอาทิตย์ตก",
        "แมวดำนอนอยู่บนโซฟา",
        "ตลาดน้ำกับเรือขายผลไม้",
    ],
    "Korean": [
        "할머니가 부엌에서 김치를 담그신다.",
        "서울타워에서 본 야경.",
        "아이들이 눈사람을 만들고 있다.",
        "해운대 해변의 불꽃놀이.",
    ],
}

# Language, what is asked, and the pictures of that language that should be found.
ASKED: list[tuple[str, str, set[int]]] = [
    ("English", "sandcastle", {0}),
    ("English", "grandmother's blanket", {1}),
    ("English", "firework", {2}),
    ("English", "new year's", {2}),
    ("English", "lakes", {3}),
    ("German", "maedchen", {0}),
    ("German", "grossvater", {1}),
    ("German", "rose", {1}),
    ("German", "kafer", {2}),
    ("German", "münchen", {2}),
    ("German", "nuernberg", {3}),
    ("Turkish", "istanbul", {0}),
    ("Turkish", "martı", {0}),
    ("Turkish", "çocuk", {1}),
    ("Turkish", "balon", {2}),
    ("Turkish", "ığdır", {3}),
    ("Turkish", "agri dagi", {3}),
    ("French", "été", {0}),
    ("French", "oeufs", {1}),
    ("French", "chateau", {2}),
    ("French", "chiens", {3}),
    ("French", "foret automne", {3}),
    ("Spanish", "nina", {0}),
    ("Spanish", "cumpleanos", {0}),
    ("Spanish", "perro cocina", {2}),
    ("Spanish", "montaña", {3}),
    ("Russian", "ребенок", {0}),
    ("Russian", "голуби", {0}),
    ("Russian", "елка", {1}),
    ("Russian", "поезд", {2}),
    ("Russian", "бабушк", {3}),
    ("Japanese", "花見", {0}),
    ("Japanese", "東京", {1}),
    ("Japanese", "ﾗｰﾒﾝ", {2}),
    ("Japanese", "雪", {3}),
    ("Japanese", "らーめん", {2}),
    ("Chinese", "风筝", {0}),
    ("Chinese", "灯塔", {1}),
    ("Chinese", "饺子", {2}),
    ("Chinese", "長城", {3}),
    ("Chinese", "秋", {3}),
    ("Thai", "ชายหาด", {0}),
    ("Thai", "วัด", {1}),
    ("Thai", "แมว", {2}),
    ("Thai", "เรือ", {3}),
    ("Korean", "할머니", {0}),
    ("Korean", "김치", {0}),
    ("Korean", "서울", {1}),
    ("Korean", "눈사람", {2}),
    ("Korean", "해변", {3}),
]
