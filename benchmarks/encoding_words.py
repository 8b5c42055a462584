"""Headings and cells of business and laboratory tables in many languages, as the benchmark of encodings writes them."""

from dataclasses import dataclass

WESTERN = ("cp1252", "iso-8859-1", "iso-8859-15", "cp850", "mac-roman", "cp437")


@dataclass(frozen=True)
class Words:
    """A language's headings and the values of its categories, and the encodings in which its files come."""

    language: str
    encodings: tuple[str, ...]  # the usual ones twice
    headings: str  # parted by commas
    values: str


LEARNED = (
    Words(
        "German",
        (*WESTERN, "cp1252", "cp1252"),
        "Größe,Länge (m),Höhe,Menge,Stückzahl,Straße,Geschäftsjahr,Fläche in m²,Gebäude,Kühlung,Prüfer,Umsatz in €,"
        "Überstunden,Maßnahme,Geräusch,Durchmesser,Temperatur (°C),Zähler,Verkäufer,Aufträge,Öffnung,Preis,Änderung",
        "grün,weiß,hellblau,süß,München,Köln,Düsseldorf,Nürnberg,Zürich,größer,kleiner,männlich,weiblich,jährlich,"
        "täglich,Äpfel,Übung,Küche,Büro,Möbel,Getränke,Gemüse,groß,übrig,ungültig,geprüft,schwarz,gelb,Süden,Müller",
    ),
    Words(
        "French",
        (*WESTERN, "cp1252", "cp1252"),
        "Prénom,Âge,Année,Quantité,Température (°C),Société,Créée le,Durée,Fréquence,Région,Numéro,Prix unitaire (€),"
        "Catégorie,Mesuré,Hôpital,Élève,Hauteur,Taux d’intérêt,Côté,Reçu,Référence,Masse,Début,État,Débit",
        "été,hiver,forêt,café,thé,privé,publié,créée,élevé,réglé,très bon,à vérifier,Île-de-France,Rhône,Hérault,"
        "Saint-Étienne,Nîmes,garçon,fille,français,façade,âgé,cœur,œuvre,naïf,maïs,août,décembre,février,où,réseau,"
        "vélo",
    ),
    Words(
        "Spanish",
        (*WESTERN, "cp1252", "cp1252"),
        "Año,Tamaño,Descripción,Código,Número,Región,Duración,Teléfono,Población,Categoría,Género,Edad,Índice,"
        "Precio (€),Situación,Dirección,Área,Última revisión,Producción,Peso,Nº de serie,Tensión,Vehículo",
        "niño,niña,mañana,otoño,José,María,Martín,Muñoz,Peña,Málaga,Cádiz,León,Córdoba,España,México,Perú,Panamá,sí,"
        "no,también,jamón,azúcar,limón,café,marrón,pequeño,rápido,eléctrico,camión,avión,público,según,mediodía",
    ),
    Words(
        "Portuguese",
        (*WESTERN[:5], "cp1252", "cp1252"),
        "Descrição,Preço,Ação,Região,Município,População,Código,Endereço,Produção,Observações,Mês,Período,Número,"
        "Estação,Duração,Saída,Responsável,Tensão,Área (m²),Idade,Média,Máximo,Mínimo,Situação,Nível",
        "São Paulo,João,Conceição,maçã,pão,feijão,açúcar,não,sim,manhã,verão,inverno,Goiânia,Maranhão,Ceará,Amapá,"
        "Paraná,órgão,avó,avô,três,alemão,espanhol,português,francês,irmã,coração,câmara,água,elétrico,difícil,ônibus",
    ),
    Words(
        "Italian",
        (*WESTERN, "cp1252", "cp1252"),
        "Città,Quantità,Età,Qualità,Unità,Velocità,Attività,Perché,Densità,Prezzo (€),Società,Università,Capacità,"
        "Umidità,Località,Peso,Nome,Giorno,Temperatura (°C),Pubblicità",
        "caffè,tè,lunedì,martedì,giovedì,venerdì,già,più,sì,no,però,virtù,papà,libertà,metà,Forlì,Cantù,così,rosso,"
        "verde,blu,Novità,comò,perù,Nicolò,è vero",
    ),
    Words(
        "Swedish and Finnish",
        (*WESTERN, "cp1252", "cp1252"),
        "Ålder,Längd,Kön,Försäljning,Mängd,År,Månad,Avdelning,Hållbarhet,Värde,Storlek,Färg,Längd (mm),Högsta värde,"
        "Päivä,Määrä,Ikä,Lämpötila,Nimi,Väri,Käyttäjä,Työpäivä,Käyttöönotto,Sähkö,Päivämäärä,Lisätieto,Öljy",
        "Göteborg,Malmö,Örebro,Umeå,Västerås,blå,röd,grön,små,måndag,lördag,söndag,färdig,öppen,Sjöström,Åkesson,"
        "Jyväskylä,Hämeenlinna,Mäkinen,Hämäläinen,tyttö,hyvä,vihreä,keltainen,päivällä,kesäkuu,Seinäjoki,höyry,syksy",
    ),
    Words(
        "Danish and Norwegian",
        ("cp1252", "iso-8859-1", "iso-8859-15", "cp850", "mac-roman", "cp1252"),
        "Køn,Størrelse,Højde,Måned,Værdi,Beløb,År,Ærinde,Område,Kørsel,Vægt (kg),Længde,Dyrkningsår,Pris pr. stk.,"
        "Fødselsår,Målested,Forbrug,Avløp,Møte,Nedbør (mm),Kjønn,Leverandør,Først",
        "Aarhus,København,Tromsø,Ålesund,Sørensen,Jørgensen,Bjørn,grøn,rød,blå,gul,små,lørdag,søndag,øl,smør,kød,"
        "Fredrikstad,Bodø,Færøerne,bjørk,ærlig,fjære,løv,nåletræ,åben,lukket,Hammerfest,Lærdal,skjær",
    ),
    Words(
        "Icelandic",
        ("cp1252", "iso-8859-1", "cp1252"),
        "Þyngd,Hæð,Aldur,Nafn,Fjöldi,Verð,Árið,Staður,Dagsetning,Kyn,Hraði,Stærð,Tími,Svæði,Lengd",
        "Reykjavík,Akureyri,Ísafjörður,Þórður,Guðrún,Jón,kýr,já,nei,blár,grænn,rauður,þoka,fiskið,föstudagur,maður,"
        "Egilsstaðir,Suðurnes,Höfn,bátur",
    ),
    Words(
        "Polish",
        ("cp1250", "iso-8859-2", "cp1250", "cp852"),
        "Wartość,Płeć,Książka,Ilość,Imię,Miesiąc,Data urodzenia,Województwo,Wysokość,Ciśnienie,Długość (cm),Cena (zł),"
        "Sprzedaż,Źródło,Opłata,Wydział,Grubość,Gęstość,Klient,Część,Obciążenie,Prędkość,Mieszkańcy",
        "Łódź,Kraków,Gdańsk,Wrocław,Poznań,żółty,zielony,święto,mężczyzna,kobieta,tak,nie,środa,piątek,październik,"
        "grudzień,Śląsk,Małopolska,różne,słoń,Zieliński,Wójcik,Dąbrowska,kość,pięć,ćwierć,źle,północ,południe,wieś",
    ),
    Words(
        "Czech",
        ("cp1250", "iso-8859-2", "cp1250"),
        "Věk,Počet,Hmotnost,Pohlaví,Jméno,Příjmení,Délka,Šířka,Výška,Množství,Číslo,Měsíc,Cena (Kč),Účet,Středisko,"
        "Tlak,Průměr,Barva,Město,Země",
        "Plzeň,Brno,Ústí nad Labem,Třebíč,Děčín,žlutá,červená,modrá,muž,žena,pondělí,úterý,středa,čtvrtek,pátek,říjen,"
        "září,Dvořák,Novák,Černý,ano,ne,kůň,dům,hřiště,průtok,ležák,šest",
    ),
    Words(
        "Hungarian",
        ("cp1250", "iso-8859-2", "cp1250"),
        "Méret,Súly,Életkor,Név,Hőmérséklet,Mennyiség,Város,Összeg,Időpont,Hossz,Szélesség,Magasság,Üzem,Cikkszám,"
        "Megnevezés,Egységár,Érték,Nyomás,Idő,Osztály",
        "Győr,Szeged,Pécs,Székesfehérvár,Nyíregyháza,nő,férfi,zöld,fehér,kék,hétfő,szerda,csütörtök,szőlő,gyümölcs,"
        "erdő,mező,első,második,jó,közepes,gyenge,Erdős,Szűcs,bükk,tölgy,fűtés,hűtő",
    ),
    Words(
        "Turkish",
        ("cp1254", "iso-8859-9", "cp1254"),
        "Yaş,Ağırlık,Cinsiyet,Şehir,Fiyat,Sıcaklık,Ürün,Açıklama,Değer,Ölçüm,Yıl,Satış,Müşteri,Genişlik,Yükseklik,"
        "Bölge,Çalışan sayısı,Süre,Toplam,İlçe",
        "İstanbul,İzmir,Muğla,Diyarbakır,Eskişehir,kadın,erkek,kırmızı,yeşil,sarı,küçük,büyük,geçti,kaldı,çarşamba,"
        "salı,Ağustos,Şubat,elma,süt,yağ,şeker,kağıt,güneş,kış,sonbahar,Yılmaz,Öztürk",
    ),
    Words(
        "Russian",
        ("cp1251", "koi8-r", "cp1251", "cp866", "iso-8859-5"),
        "Имя,Возраст,Город,Цена,Количество,Дата,Номер,Вес (кг),Длина,Температура,Сумма,Отдел,Название,Скорость,Объём,"
        "Пол,Страна,Код,Площадь,Единица измерения",
        "Москва,Казань,Новосибирск,мужской,женский,да,нет,красный,синий,зелёный,зима,лето,склад,магазин,Иванов,"
        "Петрова,хлеб,молоко,сахар,уголь,сталь,север,юг,январь,июль,хорошо,плохо,щебень,песок,цемент",
    ),
    Words(
        "Greek",
        ("cp1253", "iso-8859-7", "cp1253"),
        "Όνομα,Ηλικία,Πόλη,Τιμή,Ποσότητα,Ημερομηνία,Βάρος,Ύψος,Θερμοκρασία,Φύλο,Αριθμός,Περιοχή,Μήκος,Έτος,Τύπος,"
        "Άθροισμα,Κωδικός,Χρόνος,Πίεση,Εταιρεία",
        "Αθήνα,Θεσσαλονίκη,Πάτρα,Ηράκλειο,άνδρας,γυναίκα,ναι,όχι,κόκκινο,μπλε,πράσινο,χειμώνας,καλοκαίρι,Δευτέρα,"
        "Τρίτη,γάλα,ψωμί,λάδι,κρασί,μεγάλο,μικρό,βορράς,νότος,άσπρο,Παπαδόπουλος,αγορά,πώληση,ξύλο",
    ),
    Words(
        "Japanese",
        ("cp932", "shift_jis", "euc-jp"),
        "商品名,価格,数量,日付,年齢,性別,都道府県,売上,重量,身長,温度,単価,部門,担当者,備考,店舗名,合計,面積,気温,時間",
        "東京,大阪,札幌,男性,女性,りんご,みかん,バナナ,コーヒー,はい,いいえ,月曜日,火曜日,良い,悪い,テレビ,パソコン,"
        "北海道,福岡県,春,秋,赤,青い,大,小,山田,鈴木,佐藤,会社員,ﾃｽﾄ",
    ),
    Words(
        "Chinese, simplified",
        ("gbk", "gb18030", "gb2312"),
        "姓名,年龄,性别,城市,价格,数量,日期,编号,重量,温度,销售额,产品名称,部门,单价,地区,身高,面积,备注,时间,客户",
        "北京,上海,广州,深圳,男,女,是,否,红色,蓝色,苹果,香蕉,星期一,优秀,良好,合格,张伟,李娜,王芳,春天,冬天,汽车,手机,"
        "电脑,大,小,东部,西部,钢铁,牛奶",
    ),
    Words(
        "Chinese, traditional",
        ("big5", "cp950", "big5"),
        "姓名,年齡,性別,城市,價格,數量,日期,編號,重量,溫度,銷售額,產品名稱,部門,單價,地區,身高,面積,備註,時間,客戶",
        "臺北,高雄,臺中,男,女,是,否,紅色,藍色,蘋果,香蕉,星期一,優秀,良好,合格,陳大文,李小明,王美玲,春天,冬天,汽車,"
        "手機,電腦,大,小,東部,西部,鋼鐵,牛奶",
    ),
    Words(
        "Korean",
        ("euc-kr", "cp949"),
        "이름,나이,성별,도시,가격,수량,날짜,번호,무게,온도,매출액,제품명,부서,단가,지역,키,면적,비고,시간,고객",
        "서울,부산,대구,남자,여자,예,아니오,빨강,파랑,사과,바나나,월요일,우수,양호,김철수,이영희,박지성,봄,겨울,"
        "자동차,전화,컴퓨터,큰,작은,동쪽,서쪽,강철,우유",
    ),
    Words(
        "Hebrew",
        ("cp1255", "iso-8859-8"),
        "שם,גיל,עיר,מחיר,כמות,תאריך,מספר,משקל,טמפרטורה,מין,אזור,אורך,שנה,סוג,סכום",
        "ירושלים,חיפה,אילת,זכר,נקבה,כן,לא,אדום,כחול,ירוק,חורף,קיץ,חלב,לחם,גדול,קטן,צפון,דרום,כהן,לוי",
    ),
    Words(
        "Arabic",
        ("cp1256", "iso-8859-6"),
        "الاسم,العمر,المدينة,السعر,الكمية,التاريخ,الرقم,الوزن,درجة الحرارة,الجنس,المنطقة,الطول,السنة,النوع,المجموع",
        "القاهرة,بغداد,الرياض,ذكر,أنثى,نعم,لا,أحمر,أزرق,أخضر,شتاء,صيف,حليب,خبز,كبير,صغير,شمال,جنوب,محمد,فاطمة",
    ),
)
PLAIN = (  # English text with what a spreadsheet writes in Windows-1252
    "Temp (°C)",
    "Price €",
    "1\u00a0234",
    "5 µm",
    "±0.5",
    "Area m²",
    "Volume m³",
    "don’t know",
    "“other”",
    "2019–2020",
    "n/a — none",
    "½ cup",
    "100\u00a0%",
    "© Acme",
    "Acme®",
    "Widget™",
    "£ 20",
    "1 • first",
    "see …",
    "§ 12",
    "90° turn",
    "José",
    "café",
    "Müller & Sons",
    "naïve",
    "Beyoncé",
    "São Tomé",
    "Zürich",
    "Malmö",
    "3 × 4",
    "size: 5½",
    "~10 µg",
    "N° 5",
    "‘quoted’",
    "¥ 500",
    "¢ 50",
)
