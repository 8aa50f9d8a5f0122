"""What the simulated room thinks: leanings, words, answers and comments, in its three languages.

Whatever a moderator asks beyond the demo's own agenda is answered too, from the general parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("en", "fr", "nl")

LEANINGS: Mapping[str, tuple[float, float]] = {
    "resident": (45, 45),
    "public": (30, 30),
    "elsewhere": (25, 25),
    "fairer": (42, 46),
    "same": (33, 30),
    "less": (25, 24),
    "save": (23, 17),
    "kill": (15, 10),
    "both": (44, 48),
    "neither": (18, 25),
    "makers": (16, 18),
    "software": (18, 20),
    "operators": (30, 28),
    "city": (34, 38),
    "law": (28, 30),
    "citizens": (12, 14),
    "score": (46, 62),
    "count": (24, 16),
    "lights": (8, 6),
    "chatbot": (22, 16),
    "counters": (30, 26),
    "code": (16, 18),
    "register": (20, 24),
    "lessons": (22, 18),
    "council": (14, 18),
    "say": (26, 24),
    "counter": (24, 30),
    "check": (12, 15),
    "footage": (20, 17),
    "explain": (18, 22),
    "helpdesk": (30, 32),
    "audit": (16, 24),
    "wifi": (20, 14),
    "classes": (24, 26),
    "jury": (14, 20),
    "sensors": (22, 20),
}
"""By option id: how much the room leans to it when first asked, and after the debate."""

MOODS: Mapping[str, tuple[float, float]] = {
    "Where does a city where everything is connected leave its citizens?": (0.40, 0.52),
    "How far do you trust your city with your data?": (0.55, 0.60),
}
"""By English title: how high the room rates, from 0 to 1, when first asked and later."""

GUESSES: Mapping[str, tuple[float, float]] = {
    "Estonia, 2023: what share of all votes came in over the internet?": (0.38, 0.16),
}
"""By English title: where in the range the room guesses, from 0 to 1, and how far apart."""

CAMPS = (42, 33, 25)
"""How many of a hundred people think alike: the careful, the keen, and those for the public hand."""

STANCES: Mapping[str, tuple[float, float, float]] = {
    "sign": (0.95, 0.82, 0.92),
    "person": (0.93, 0.78, 0.90),
    "open": (0.84, 0.80, 0.96),
    "phone": (0.08, 0.86, 0.35),
    "cameras": (0.15, 0.74, 0.12),
    "fares": (0.22, 0.92, 0.30),
    "own": (0.60, 0.18, 0.94),
    "meters": (0.20, 0.88, 0.62),
    "europe": (0.72, 0.45, 0.22),
    "trust": (0.34, 0.52, 0.93),
}
"""By statement: what share of each camp agrees."""

TextsByLanguage = Mapping[str, tuple[str, ...]]

WORDS: Mapping[str, TextsByLanguage] = {
    "What is the citizens' part in shaping smart cities?": {
        "en": (
            "participation",
            "trust",
            "transparency",
            "privacy",
            "co-creation",
            "oversight",
            "dialogue",
            "inclusion",
            "feedback",
            "control",
            "curiosity",
            "data",
        ),
        "fr": (
            "participation",
            "confiance",
            "transparence",
            "vigilance",
            "débat",
            "écoute",
            "contrôle",
            "inclusion",
            "dialogue",
            "co-construction",
            "données",
        ),
        "nl": (
            "inspraak",
            "vertrouwen",
            "privacy",
            "meebeslissen",
            "dialoog",
            "controle",
            "inclusie",
            "transparantie",
            "buurt",
            "participatie",
        ),
    }
}

GENERAL_WORDS: TextsByLanguage = {
    "en": ("trust", "privacy", "fairness", "access", "openness", "people", "safety", "choice"),
    "fr": ("confiance", "respect", "équité", "accès", "ouverture", "sécurité", "liberté"),
    "nl": ("vertrouwen", "privacy", "eerlijkheid", "toegang", "openheid", "veiligheid", "keuze"),
}

ANSWERS: Mapping[str, TextsByLanguage] = {
    "How can cities reassure citizens about their digital footprint?": {
        "en": (
            "Collect less. What you do not have cannot leak.",
            "Show me on one page what the city knows about me, and let me delete it.",
            "Publish a register of every sensor: where it is, what it measures, who reads it.",
            "Let an independent body check, and print its report in the local paper.",
            "Say when data will be deleted, and then do it.",
            "Always keep a counter with a person behind it.",
        ),
        "fr": (
            "Dire en trois phrases ce qui est collecté, pourquoi, et pour combien de temps.",
            "Ne rien vendre, jamais, et l'écrire dans les contrats.",
            "Des logiciels libres, pour que chacun puisse vérifier.",
            "Garder un guichet humain pour celles et ceux qui ne veulent pas d'application.",
            "Demander l'accord avant, pas après.",
        ),
        "nl": (
            "Verzamel minder en bewaar het korter.",
            "Een bordje bij elke camera: van wie is ze, en hoelang blijft het beeld?",
            "Laat mij zien wie mijn gegevens bekeken heeft.",
            "Houd de gegevens in eigen handen, niet bij een leverancier.",
            "Leg het uit in gewone taal, ook aan mijn grootmoeder.",
        ),
    }
}

GENERAL_ANSWERS: TextsByLanguage = {
    "en": (
        "Start small, measure, and tell us what came of it.",
        "Ask the people who live there first.",
        "It should work without a smartphone too.",
    ),
    "fr": (
        "Commencer petit, et dire ce que cela a donné.",
        "Écouter d'abord celles et ceux qui y vivent.",
    ),
    "nl": (
        "Begin klein en vertel ons wat het opleverde.",
        "Vraag het eerst aan de buurt.",
    ),
}


@dataclass(frozen=True, slots=True)
class Saying:
    """Something that is said to the room: `appeal` is the share of people who support it."""

    language: str
    text: str
    appeal: float = 0.2
    kind: str = "comment"


GENERAL = ""
"""Said at any time, the first poll's debate."""

SAYINGS: Mapping[str, tuple[Saying, ...]] = {
    GENERAL: (
        Saying("en", "An app that asks is fine. An app that decides for me is not.", 0.52),
        Saying("fr", "Ma mère n'a pas de smartphone. Comment vote-t-elle ?", 0.58, "question"),
        Saying("nl", "Vraag het ons vóór u het systeem koopt, niet erna.", 0.34),
        Saying("en", "Open the source code. Then we can talk about trust.", 0.31),
        Saying("en", "Who pays when the app is wrong about someone's benefits?", 0.42, "question"),
        Saying("fr", "Une application ne remplace pas un conseil de quartier.", 0.26),
        Saying("nl", "Hoe weet ik dat mijn stem geteld is?", 0.37, "question"),
        Saying("en", "One app for the whole city would do. I have twelve.", 0.12),
        Saying("fr", "Publiez les contrats avec les fournisseurs, sans les caviarder.", 0.29, "proposal"),
        Saying("nl", "Laat burgers meekijken bij elke aanbesteding van technologie.", 0.21, "proposal"),
        Saying("en", "Can we see these results after today?", 0.16, "question"),
        Saying("fr", "Merci de parler aussi des villages autour de la ville.", 0.14),
    ),
    "Tallinn: your questions and comments": (
        Saying("en", "You have voted online since 2005. Did it bring the young to the polls?", 0.4, "question"),
        Saying("fr", "Que fait Tallinn pour les gens sans carte d'identité électronique ?", 0.28, "question"),
        Saying("nl", "Mooi dat ik kan zien wie mijn dossier opende. Dat wil ik hier ook.", 0.33),
    ),
    "Lille Metropole: your questions and comments": (
        Saying("fr", "Les petites communes ont-elles une voix dans le choix des outils ?", 0.31, "question"),
        Saying("en", "Which data did you decide not to collect?", 0.36, "question"),
        Saying("nl", "Hoe werkt dat over de grens, met Kortrijk en Doornik?", 0.19, "question"),
    ),
    "Espoo: your questions and comments": (
        Saying("en", "How do you reach residents who do not read Finnish or Swedish?", 0.3, "question"),
        Saying("nl", "Wat heeft de stad veranderd nadat inwoners het vroegen?", 0.27, "question"),
        Saying("fr", "J'aime l'idée d'essayer d'abord dans un quartier, avec ses habitants.", 0.22),
    ),
    "Brussels Capital Region: your questions and comments": (
        Saying("fr", "Dix-neuf communes, combien d'applications ? Une seule suffirait.", 0.44),
        Saying("nl", "Blijft er een loket open voor wie liever met iemand praat?", 0.39, "question"),
        Saying("en", "Newcomers speak neither French nor Dutch. Please plan for them.", 0.3, "proposal"),
    ),
    "European Commission: your questions and comments": (
        Saying("en", "Will small towns get help with the rules, or only more rules?", 0.35, "question"),
        Saying("fr", "L'Europe peut-elle exiger que le code payé par nous soit public ?", 0.41, "question"),
        Saying("nl", "Wie controleert de algoritmes die een stad inkoopt?", 0.33, "question"),
    ),
}  # fmt: skip
"""By the English title of the comment round in which they are said."""

PROPOSALS: Mapping[str, tuple[Saying, ...]] = {
    "What do we share, and where do we differ?": (
        Saying("en", "Every sensor in public space carries a sign that says what it measures.", 0.0, "statement"),
        Saying("fr", "Apprendre le numérique devrait être gratuit à tout âge.", 0.0, "statement"),
    ),
}  # fmt: skip
"""By the English title of the opinion poll for which they are proposed."""
