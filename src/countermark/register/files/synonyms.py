"""Names that registers use for the contract's columns and codes, for suggesting a map. Never applied unasked.

English, Spanish, French, Portuguese, Russian, Arabic.
"""

import unicodedata

_COLUMNS: dict[str, str] = {
    "ref": "ref|reference|record|record no|record number|register no|registration number|id|weapon id|item no|"
    "folio|no registro|numero de registro|registro|referencia|matricula interna|no d ordre|numero d enregistrement|"
    "enregistrement|numero do registro|numero de cadastro|sinarm|sigma|учетный номер|номер записи|рег номер|"
    "регистрационный номер|no п п|رقم القيد|رقم السجل|الرقم المرجعي",
    "kind": "kind|type|weapon type|firearm type|class|category|tipo|tipo de arma|clase|type d arme|categorie|genre|"
    "especie|tipo da arma|classe|вид|вид оружия|тип|тип оружия|категория|النوع|نوع السلاح",
    "maker": "maker|make|manufacturer|brand|producer|marca|fabricante|marque|fabricant|производитель|изготовитель|"
    "марка|завод|الصانع|الشركة المصنعة|الماركة",
    "model": "model|modelo|modele|модель|الطراز|الموديل",
    "calibre": "calibre|caliber|cal|gauge|bore|calibre nominal|калибр|العيار|عيار",
    "country": "country|country of manufacture|country of origin|origin|made in|pais|pais de origen|"
    "pais de fabricacion|pays|pays d origine|pays de fabrication|pais de origem|pais de fabricacao|страна|"
    "страна изготовления|страна производства|страна происхождения|البلد|بلد الصنع|بلد المنشأ",
    "year": "year|year of manufacture|manufacture year|ano|ano de fabricacion|annee|annee de fabrication|"
    "ano de fabricacao|год|год выпуска|год изготовления|السنة|سنة الصنع",
    "component": "component|part|marked part|componente|pieza|parte|piece|composant|element|peca|часть|деталь|"
    "основная часть|القطعة|الجزء",
    "carrier": "carrier|soporte|support|suporte|носитель",
    "role": "role|rol|papel|роль",
    "mark_kind": "mark kind|mark type|type of mark|tipo de marca|type de marque|type de marquage|tipo de marcacao|"
    "вид маркировки|вид клейма|نوع العلامة",
    "mark": "mark|serial|serial no|serial number|serialno|sn|s n|number|weapon number|serie|numero de serie|no serie|"
    "n serie|no de serie|numero|nro serie|matricula|matricule|numero da arma|серия|номер|серийный номер|"
    "заводской номер|серия и номер|no оружия|الرقم التسلسلي|الرقم المسلسل|رقم السلاح",
    "serial_again": "serial again|serial number again|mark again|serial repeated|repeat serial|serial confirmed|confirm serial|"
    "confirm serial number|numero de serie repetido|serie repetida|repita el numero de serie|numero de serie confirmado|"
    "numero de serie repete|repeter le numero de serie|confirmation du numero de serie|repita o numero de serie|"
    "серийный номер повторно|повтор номера|номер повторно|الرقم التسلسلي مرة اخرى|تاكيد الرقم التسلسلي",
    "inscription": "inscription|engraving|markings|full text|inscripcion|marcaciones|leyenda|marquages|inscricao|"
    "gravacao|надпись|маркировка|النقش",
    "mark_condition": "mark condition|condition|serial status|condicion|estado de la marca|estado|etat du marquage|"
    "etat|condicao|estado da marca|состояние|состояние номера|حالة العلامة",
    "event": "event|operation|movement|transaction|evento|movimiento|operacion|evenement|mouvement|movimento|operacao|"
    "событие|операция|движение|الحدث|العملية",
    "date": "date|event date|fecha|data|дата|التاريخ",
    "from": "from|sender|de|origen|expediteur|remetente|от|от кого|отправитель|من",
    "to": "to|recipient|receiver|a|destino|destinatario|destinataire|para|кому|получатель|الى|إلى",
    "place": "place|location|site|lugar|lieu|local|место|المكان",
    "document": "document|document no|voucher|documento|no de documento|piece justificative|документ|основание|الوثيقة",
    "note": "note|notes|remark|remarks|comment|comments|nota|notas|observaciones|remarque|observations|observacoes|"
    "примечание|примечания|ملاحظات",
    "id": "event id|event number|id",
    "other_ref": "other ref|other weapon|otra arma|autre arme|outra arma|другое оружие",
    "query_id": "query id|query|request|request no|case|consulta|requete|запрос",
    "reading": "reading|serial read|mark|serial|serial number|lectura|lecture|leitura|numero de serie|номер",
    "name": "name|nombre|nom|nome|название|الاسم",
    "aliases": "aliases|alias|other names|otros nombres|autres noms|outros nomes|другие названия",
    "mm": "mm|diameter|diametro|diametre|диаметр",
    "control_component": "control component|main part|componente de control|componente principal",
}

_VALUES: dict[str, dict[str, str]] = {
    "kind": {
        "revolver": "revolver|revolvere|револьвер|مسدس دوار",
        "self_loading_pistol": "pistol|pistola|pistolet|pistola semiautomatica|semi automatic pistol|handgun|пистолет|مسدس",
        "rifle": "rifle|fusil|fuzil|винтовка|بندقية",
        "carbine": "carbine|carabina|carabine|карабин",
        "submachine_gun": "smg|sub machine gun|subfusil|subametralladora|pistolet mitrailleur|mitraillette|submetralhadora|"
        "metralhadora de mao|пистолет пулемет|رشاش صغير",
        "assault_rifle": "fusil de asalto|fusil d assaut|fuzil de assalto|автомат|штурмовая винтовка|بندقية هجومية",
        "light_machine_gun": "lmg|ametralladora ligera|fusil ametrallador|fusil mitrailleur|mitrailleuse legere|"
        "metralhadora leve|ручной пулемет|رشاش خفيف",
        "shotgun": "escopeta|fusil de chasse|espingarda|дробовик|ружье|بندقية صيد",
        "heavy_machine_gun": "hmg|ametralladora pesada|mitrailleuse lourde|metralhadora pesada|станковый пулемет|رشاش ثقيل",
        "grenade_launcher": "lanzagranadas|lance grenades|lanca granadas|гранатомет|قاذف قنابل",
        "mortar": "mortero|mortier|morteiro|миномет|هاون",
        "manpads": "man portable air defence system|пзрк",
        "other": "otro|otra|autre|outro|outra|другое|прочее|اخرى",
    },
    "component": {
        "receiver": "cajon de mecanismos|boitier de culasse|carcasse|caixa da culatra|ствольная коробка",
        "frame": "armazon|armacao|рамка",
        "barrel": "canon|cano|ствол|سبطانة",
        "slide": "corredera|glissiere|ferrolho|затвор кожух",
        "cylinder": "tambor|barillet|барабан",
        "bolt": "cerrojo|culasse|culatra|затвор",
        "silencer": "silenciador|silencieux|suppressor|глушитель",
        "other": "otro|otra|autre|outro|outra|другое",
    },
    "mark_condition": {
        "none": "sin marca|sin numero|sans marque|sem numero|no mark|без номера",
        "obliterated": "removed|filed|limado|borrado|raspada|efface|lime|suprimida|сбит|спилен",
        "altered": "alterado|modifie|adulterada|изменен|перебит",
        "worn": "desgastado|use|gasto|изношен",
        "illegible": "ilegible|illisible|ilegivel|нечитаемый",
    },
}


def bare(text: str) -> str:
    """`text` without case, accents and punctuation, for comparing names."""
    split = unicodedata.normalize(
        "NFKD", text.casefold().replace("_", " ").replace("№", "no").replace("º", "o").replace("°", "o")
    )
    kept = "".join(c if c.isalnum() else " " for c in split if not unicodedata.combining(c))
    return " ".join(kept.split())


def _by_name(columns: dict[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for column, names in columns.items():
        for name in names.split("|"):
            found[bare(name)] = (*found.get(bare(name), ()), column)
    return found


COLUMN_NAMES: dict[str, tuple[str, ...]] = _by_name(_COLUMNS)
"""Bare header to the columns it may mean, likeliest first."""

VALUE_NAMES: dict[str, dict[str, str]] = {
    column: {bare(name): code for code, names in codes.items() for name in names.split("|")}
    for column, codes in _VALUES.items()
}
"""Coded column to bare value to code."""
